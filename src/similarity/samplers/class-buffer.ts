import type { Random } from '../random.ts';
import { drawMembers } from './class-pool.ts';

/** At most so many examples, by class. Where it is full, the class that has most gives one up for a new one. */
export class ClassBuffer<Example> {
  readonly capacity: number;
  readonly #random: Random;
  readonly #byClass = new Map<number, Example[]>();
  #size = 0;
  #overflowed = false;

  /** @param random chooses which example of a class is given up */
  constructor(capacity: number, random: Random) {
    this.capacity = capacity;
    this.#random = random;
  }

  get size(): number {
    return this.#size;
  }

  /** True once an example had to be given up. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Rising. */
  get classes(): number[] {
    return [...this.#byClass.keys()].sort((a, b) => a - b);
  }

  add(label: number, example: Example): void {
    if (this.#size === this.capacity) this.#giveUpOne();
    const members = this.#byClass.get(label);
    if (members === undefined) this.#byClass.set(label, [example]);
    else members.push(example);
    this.#size++;
  }

  /** `perClass` examples of each of `classes` classes, class after class. They stay in the buffer. */
  draw(random: Random, classes: number, perClass: number): { label: number; example: Example }[] {
    return random
      .sample(this.classes, classes)
      .flatMap((label) =>
        drawMembers(random, this.#byClass.get(label) ?? [], perClass).map((example) => ({ label, example })),
      );
  }

  clear(): void {
    this.#byClass.clear();
    this.#size = 0;
  }

  #giveUpOne(): void {
    let largest: [number, Example[]] | undefined;
    // Of equally large classes it is the one that has been there longest: the map keeps the order of arrival.
    for (const entry of this.#byClass)
      if (largest === undefined || entry[1].length > largest[1].length) largest = entry;
    if (largest === undefined) return;
    const [label, members] = largest;
    const last = members.pop() as Example;
    const given = this.#random.below(members.length + 1);
    if (given < members.length) members[given] = last;
    if (members.length === 0) this.#byClass.delete(label);
    this.#size--;
    this.#overflowed = true;
  }
}
