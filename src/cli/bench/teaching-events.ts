import type { ServiceClient } from '../../contract/contract.ts';
import type { TeachEvent } from '../../contract/teach-schemas.ts';

/**
 * Begins something and waits for an event of it.
 *
 * @throws Error with what is said where it ended otherwise
 */
export async function untilTold<Type extends TeachEvent['type']>(
  client: ServiceClient,
  type: Type,
  begin: () => Promise<unknown>,
): Promise<Extract<TeachEvent, { type: Type }>> {
  const stop = new AbortController();
  const events = await client.teach.watch(undefined, { signal: stop.signal });
  await begin();
  for await (const event of events) {
    if (event.type === 'ended' && type !== 'ended') throw new Error(event.message);
    if (event.type !== type) continue;
    stop.abort();
    return event as Extract<TeachEvent, { type: Type }>;
  }
  throw new Error(`nothing was told of ${type}`);
}
