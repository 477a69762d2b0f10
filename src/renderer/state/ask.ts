import type { ServiceClient } from '../../contract/contract.ts';
import { problemOf, type Problem } from './error-sentence.ts';

/** Asks the service, and says in a sentence what went wrong. Null where that was so, or where there is no service. */
export async function ask<Result>(
  client: ServiceClient | null,
  request: (client: ServiceClient) => Promise<Result>,
  listener: { problem?(sentence: string, code: Problem['code']): void },
): Promise<Result | null> {
  if (client === null) return null;
  try {
    return await request(client);
  } catch (error) {
    const { sentence, code } = problemOf(error);
    listener.problem?.(sentence, code);
    return null;
  }
}
