import { checkCount } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import type { Random } from '../random.ts';

/** The examples of one class: their numbers among all. */
interface ClassDraw {
  readonly label: number;
  readonly examples: readonly number[];
}

/** Which examples belong to which class, and balanced draws from that. Classes are in rising order of their ids. */
export class ClassPool {
  readonly #examples = new Map<number, number[]>();

  /** @param labels the class id of each example, by number */
  constructor(labels: Iterable<number>) {
    const found = new Map<number, number[]>();
    let example = 0;
    for (const label of labels) {
      const members = found.get(label);
      if (members === undefined) found.set(label, [example]);
      else members.push(example);
      example++;
    }
    for (const label of [...found.keys()].sort((a, b) => a - b)) this.#examples.set(label, found.get(label) ?? []);
  }

  get classes(): number[] {
    return [...this.#examples.keys()];
  }

  /** The numbers of a class's examples; none where there is no such class. */
  examplesOf(label: number): readonly number[] {
    return this.#examples.get(label) ?? [];
  }

  /** Takes an example out, and its class where it was the last. */
  remove(label: number, example: number): void {
    const rest = this.examplesOf(label).filter((member) => member !== example);
    if (rest.length === 0) this.#examples.delete(label);
    else this.#examples.set(label, rest);
  }

  /**
   * `perClass` examples of each of `classes` classes, class after class.
   *
   * @param among the classes to choose from
   */
  draw(random: Random, classes: number, perClass: number, among: readonly number[] = this.classes): ClassDraw[] {
    return random.sample(among, classes).map((label) => ({ label, examples: this.drawOf(random, label, perClass) }));
  }

  /** Examples of one class, as `drawMembers` does it. */
  drawOf(random: Random, label: number, count: number): number[] {
    return drawMembers(random, this.examplesOf(label), count);
  }

  /** Classes of fewer examples than `count`. */
  smallerThan(count: number): number[] {
    return this.classes.filter((label) => this.examplesOf(label).length < count);
  }
}

/** So many of them, none twice; where there are fewer than are asked for, each is drawn from all of them. */
export function drawMembers<Member>(random: Random, members: readonly Member[], count: number): Member[] {
  if (members.length >= count) return random.sample(members, count);
  return Array.from({ length: count }, () => members[random.below(members.length)] as Member);
}

/**
 * The classes that are left of `labels` under a class list, in rising order.
 *
 * @throws SimilarityError EMPTY where there is no example, or none of a listed class
 */
export function chosenClasses(
  argument: string,
  labels: Iterable<number>,
  list: readonly number[] | undefined,
): Set<number> {
  const present = new Set(labels);
  if (present.size === 0) throw new SimilarityError('EMPTY', 'x', { expected: 'there is no example', shape: [0] });
  if (list === undefined) return present;
  if (list.length === 0) throw new SimilarityError('EMPTY', argument, { expected: 'leave it out for all classes' });
  const absent = list.filter((label) => !present.has(label));
  if (absent.length > 0) {
    throw new SimilarityError('EMPTY', argument, {
      expected: `there is no example of class ${absent.join(', ')}`,
      shape: [list.length],
    });
  }
  return new Set(list);
}

/** @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER */
export function checkClassesPerBatch(classesPerBatch: number, classes: number): number {
  checkCount('classesPerBatch', classesPerBatch);
  if (classesPerBatch <= classes) return classesPerBatch;
  throw new SimilarityError('OUT_OF_RANGE', 'classesPerBatch', {
    expected: `there are ${classes} classes to draw ${classesPerBatch} from`,
  });
}
