import type { EncodeDevice } from './device.ts';

/** A further device of the same kind helps if it does at least this much of what the fastest does. */
const HELPS_FROM = 0.25;

/**
 * Those that should encode, the best choice first: a choice is what must be running together. Several of the fastest's kind, but for the CPU, go
 * before it alone.
 *
 * @param rateOf pictures per second
 * @param chosen id of the device that a person asked for, which goes before all
 */
export function rankDevices(
  usable: readonly EncodeDevice[],
  rateOf: (device: EncodeDevice) => number,
  chosen: string,
): (readonly EncodeDevice[])[] {
  const sorted = usable.toSorted((a, b) => rateOf(b) - rateOf(a));
  const [fastest] = sorted;
  if (fastest === undefined) return [];
  const together = sorted.filter(
    (device) => device.kind !== 'cpu' && device.kind === fastest.kind && rateOf(device) >= HELPS_FROM * rateOf(fastest),
  );
  const choices = [...(together.length > 1 ? [together] : []), ...sorted.map((device) => [device])];
  const wanted = sorted.find(({ id }) => id === chosen);
  return wanted === undefined ? choices : [[wanted], ...choices];
}
