import type { ServiceClient } from '../../contract/contract.ts';
import type { LabelQuestion } from '../../contract/group-schemas.ts';
import { problemOf } from './error-sentence.ts';
import type { Labelling, LabelStep } from './labelling.ts';

/** Groups that one picture is offered for: as many as there are digits to answer with. */
export const MOST_CANDIDATES = 9;
/** More are asked for when so few are left. */
const FEW_LEFT = 3;

/** Which pictures to label next: one after the other. */
export class Questions {
  #queue = $state.raw<readonly LabelQuestion[]>([]);
  phase = $state<'empty' | 'busy' | 'ready' | 'failed'>('empty');
  problem = $state('');
  /** How many were answered since the view was opened. */
  answered = $state(0);
  readonly current = $derived(this.#queue[0] ?? null);
  /** What comes next, to be loaded ahead. */
  readonly next = $derived(this.#queue[1] ?? null);

  readonly #labelling: Labelling;
  readonly #skipped = new Set<number>();
  #client: ServiceClient | null = null;
  #asked = 0;

  constructor(labelling: Labelling) {
    this.#labelling = labelling;
  }

  connect(client: ServiceClient | null): void {
    this.#client = client;
    if (this.phase !== 'empty') void this.refresh();
  }

  /** Begins anew: what was skipped is offered again. */
  async open(): Promise<void> {
    this.#skipped.clear();
    this.answered = 0;
    this.phase = 'busy';
    await this.refresh();
  }

  close(): void {
    this.#asked++;
    this.#queue = [];
    this.phase = 'empty';
  }

  /** Asks anew what would teach most. What is looked at stays where it is, as long as it is still a question. */
  async refresh(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    const asked = ++this.#asked;
    try {
      const questions = await client.groups.suggestNext({ k: 20 + this.#skipped.size });
      if (asked !== this.#asked) return;
      const open = questions.filter(({ id }) => !this.#skipped.has(id));
      const current = open.find(({ id }) => id === this.current?.id);
      this.#queue = current === undefined ? open : [current, ...open.filter((question) => question !== current)];
      this.phase = 'ready';
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = problemOf(error).sentence;
      if (this.#queue.length === 0) this.phase = 'failed';
    }
  }

  /** The picture belongs to this candidate's group. */
  answer(group: number, name: string): Promise<void> {
    const { current } = this;
    if (current === null) return Promise.resolve();
    return this.#store(current, [{ group, pictures: [current.id], verdict: 'in' }], `Added 1 picture to ${name}`);
  }

  /** It belongs to none of those offered: each is told so. */
  none(): Promise<void> {
    const { current } = this;
    if (current === null) return Promise.resolve();
    const groups = current.candidates.slice(0, MOST_CANDIDATES);
    const steps = groups.map(({ group }): LabelStep => ({ group, pictures: [current.id], verdict: 'out' }));
    return this.#store(
      current,
      steps,
      `Noted that it is in none of ${groups.length === 1 ? 'them' : `these ${groups.length}`}`,
    );
  }

  skip(): void {
    const { current } = this;
    if (current === null) return;
    this.#skipped.add(current.id);
    this.#leave(current);
    if (this.#queue.length <= FEW_LEFT) void this.refresh();
  }

  async #store(question: LabelQuestion, steps: readonly LabelStep[], sentence: string): Promise<void> {
    this.#leave(question);
    if (await this.#labelling.store(steps, sentence)) this.answered++;
    // What is left is asked anew: the label has changed what would teach most.
    await this.refresh();
  }

  #leave(question: LabelQuestion): void {
    this.#queue = this.#queue.filter((each) => each !== question);
  }
}
