import type { ServiceClient } from '../../contract/contract.ts';
import type { LabelVerdict, Suggestion, Suggestions } from '../../contract/group-schemas.ts';
import { problemOf } from './error-sentence.ts';
import type { Labelling } from './labelling.ts';
import { counted } from './phrases.ts';

/** As many as are offered at once: a person goes through them, and more come as labels do. */
const OFFERED = 100;
/** What "accept all" is about: nobody looks at those one by one. */
export const SURE = 0.9;

type Phase = 'empty' | 'busy' | 'ready' | 'failed';

/**
 * The pictures that may belong to one group. They keep their places while labels come and go: what is answered leaves, what is
 * new comes last, and what is undone comes back where it was.
 */
export class Suggested {
  group = $state<number | null>(null);
  phase = $state<Phase>('empty');
  problem = $state('');
  /** The service's last answer: threshold, precision, and a sentence. */
  answer = $state.raw<Suggestions | null>(null);
  #answered = $state.raw<ReadonlySet<number>>(new Set());
  #order = new Map<number, number>();
  readonly offered = $derived.by(() => {
    const place = (id: number): number => this.#order.get(id) ?? 0;
    return (this.answer?.suggestions ?? [])
      .filter(({ id }) => !this.#answered.has(id))
      .sort((a, b) => place(a.id) - place(b.id));
  });
  readonly sure = $derived(
    this.answer?.threshold == null ? [] : this.offered.filter(({ probability }) => probability >= SURE),
  );

  readonly #labelling: Labelling;
  #client: ServiceClient | null = null;
  #asking = false;
  #again = false;
  /** Labels under way, and how many there ever were: an answer that was asked for before one was stored is of before. */
  #storing = 0;
  #labels = 0;

  constructor(labelling: Labelling) {
    this.#labelling = labelling;
  }

  connect(client: ServiceClient | null): void {
    this.#client = client;
    if (this.group !== null) void this.refresh();
  }

  /** Shows what may belong to a group. */
  open(group: number): Promise<void> {
    if (this.group !== group) {
      this.group = group;
      this.answer = null;
      this.phase = 'busy';
      this.#answered = new Set();
      this.#order = new Map();
    }
    return this.refresh();
  }

  close(): void {
    this.group = null;
    this.answer = null;
    this.phase = 'empty';
  }

  /** Asks again, without a trace until the answer is there. One question at a time: a later one waits for it. */
  async refresh(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    await this.#ask();
    this.#asking = false;
    if (!this.#again) return;
    this.#again = false;
    await this.refresh();
  }

  async #ask(): Promise<void> {
    const [client, group] = [this.#client, this.group];
    if (client === null || group === null) return;
    const labels = this.#labels;
    try {
      const answer = await client.groups.suggest({ id: group, k: OFFERED });
      if (group !== this.group || this.#storing > 0 || labels !== this.#labels) return;
      for (const { id } of answer.suggestions) if (!this.#order.has(id)) this.#order.set(id, this.#order.size);
      this.#answered = new Set();
      this.answer = answer;
      this.phase = 'ready';
    } catch (error) {
      if (group !== this.group || client !== this.#client) return;
      this.problem = problemOf(error).sentence;
      if (this.answer === null) this.phase = 'failed';
    }
  }

  /** Says of suggestions whether they belong; they leave at once, and come back where it could not be stored. */
  async label(suggestions: readonly Suggestion[], verdict: LabelVerdict, name: string): Promise<void> {
    const group = this.group;
    if (group === null || suggestions.length === 0) return;
    const pictures = suggestions.map(({ id }) => id);
    this.#answered = new Set([...this.#answered, ...pictures]);
    const said = counted(pictures.length, 'picture');
    const sentence = verdict === 'in' ? `Added ${said} to ${name}` : `${said} noted as not in ${name}`;
    this.#storing++;
    const stored = await this.#labelling.store([{ group, pictures, verdict }], sentence);
    this.#storing--;
    this.#labels++;
    if (!stored) this.#answered = new Set([...this.#answered].filter((id) => !pictures.includes(id)));
    if (group === this.group) await this.refresh();
  }
}
