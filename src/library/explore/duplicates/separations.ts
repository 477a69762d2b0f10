/**
 * Tells whether a person said that two pictures are to be apart.
 *
 * @param decided the pictures of each decision: every two of one are apart
 */
export function separations(decided: readonly (readonly number[])[]): (a: number, b: number) => boolean {
  const decisionsOf = new Map<number, Set<number>>();
  for (const [decision, pictures] of decided.entries()) {
    for (const picture of pictures) {
      const known = decisionsOf.get(picture);
      if (known) known.add(decision);
      else decisionsOf.set(picture, new Set([decision]));
    }
  }
  return (a, b) => {
    const [ofA, ofB] = [decisionsOf.get(a), decisionsOf.get(b)];
    return ofA !== undefined && ofB !== undefined && !ofA.isDisjointFrom(ofB);
  };
}
