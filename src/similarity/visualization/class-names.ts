/** Names of classes: by class id, or in the order of the ids from 0. */
export type ClassNames = ReadonlyMap<number, string> | readonly string[];

/** The name of a class; its id where it has none. */
export function className(label: number | undefined, names: ClassNames | undefined): string {
  if (label === undefined) return 'no label';
  const name =
    names instanceof Map
      ? (names as ReadonlyMap<number, string>).get(label)
      : (names as readonly string[] | undefined)?.[label];
  return name ?? String(label);
}
