/** Ids up to so many times as large as there are ids are looked up in a table; others, in a library of which most is gone, in a map. */
const TABLE_FACTOR = 20;

/** The place of each id in a list of them; −1 for an id that is not in it. 500,000 in some milliseconds. */
export function placesById(ids: ArrayLike<number>): (id: number) => number {
  let largest = 0;
  for (let i = 0; i < ids.length; i++) largest = Math.max(largest, ids[i] ?? 0);
  if (largest > TABLE_FACTOR * (ids.length + 1000)) {
    const places = new Map(Array.from(ids, (id, place) => [id, place]));
    return (id) => places.get(id) ?? -1;
  }
  const places = new Int32Array(largest + 1).fill(-1);
  for (let i = 0; i < ids.length; i++) places[ids[i] ?? 0] = i;
  return (id) => places[id] ?? -1;
}
