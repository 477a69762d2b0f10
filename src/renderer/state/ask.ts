import type { ServiceClient } from '../../contract/contract.ts';
import { problemOf } from './error-sentence.ts';

/** Asks the service, and says in a sentence what went wrong. Null where that was so, or where there is no service. */
export async function ask<Result>(
  client: ServiceClient | null,
  request: (client: ServiceClient) => Promise<Result>,
  listener: { problem?(sentence: string): void },
): Promise<Result | null> {
  if (client === null) return null;
  try {
    return await request(client);
  } catch (error) {
    listener.problem?.(problemOf(error).sentence);
    return null;
  }
}
