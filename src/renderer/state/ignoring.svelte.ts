import type { ServiceClient } from '../../contract/contract.ts';
import type { IgnorePreview, IgnoreRule, IgnoreSurvey, KeptIgnoreRule } from '../../contract/ignore-schemas.ts';
import { ask } from './ask.ts';
import { problemOf } from './error-sentence.ts';
import { leftOutLine, ruleName, typedRule, type TypedKind } from './ignore-phrases.ts';

/** What is typed is asked about when it has stood still for so long. */
const TYPING_MS = 250;

interface IgnoringListener {
  /** Something was done; `undo` takes it back. */
  told?(sentence: string, undo: () => void): void;
  problem?(sentence: string): void;
  /** What is left out is another from now on. */
  changed?(): void;
}

/** What is left out of the library: its rules, and the one that is being typed with what it would leave out. */
export class Ignoring {
  rules = $state.raw<readonly KeptIgnoreRule[]>([]);
  loaded = $state(false);
  /** Why the rules could not be read, as a sentence; null while they can. */
  problem = $state<string | null>(null);
  /** Null until it was looked, which takes a moment. */
  survey = $state.raw<IgnoreSurvey | null>(null);
  /** What is typed, until it is a rule of the library. */
  draft = $state.raw<{ readonly kind: TypedKind; readonly text: string }>({ kind: 'pattern', text: '' });
  readonly draftRule = $derived(typedRule(this.draft.kind, this.draft.text));
  /** What it would leave out; null while that is not known. */
  preview = $state.raw<IgnorePreview | null>(null);

  readonly #listener: IgnoringListener;
  #client: ServiceClient | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #asking = false;

  constructor(listener: IgnoringListener) {
    this.#listener = listener;
  }

  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    this.survey = null;
    return this.refresh();
  }

  disconnect(): void {
    this.#client = null;
  }

  async refresh(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    try {
      const rules = await client.ignore.list();
      if (client !== this.#client) return;
      this.rules = rules;
      this.loaded = true;
      this.problem = null;
    } catch (error) {
      if (client === this.#client) this.problem = problemOf(error).sentence;
    }
  }

  /** Asks what each rule leaves out: when somebody looks at them. */
  async look(): Promise<void> {
    this.survey = (await ask(this.#client, (client) => client.ignore.survey(), this.#listener)) ?? this.survey;
  }

  /** Leaves out what rules say, with an undo. Whether that was done. */
  async add(rules: readonly IgnoreRule[]): Promise<boolean> {
    const kept = await ask(this.#client, (client) => client.ignore.add({ rules: [...rules] }), this.#listener);
    if (kept === null) return false;
    const ids = kept.map(({ id }) => id);
    this.#listener.told?.(leftOutLine(rules), () => void this.#remove(ids));
    await this.#changed();
    return true;
  }

  /** Takes a rule away, with an undo. */
  async remove({ id, rule }: KeptIgnoreRule): Promise<void> {
    if (!(await this.#remove([id]))) return;
    this.#listener.told?.(`${ruleName(rule)}: no longer left out.`, () => void this.#addAgain(rule));
  }

  async #addAgain(rule: IgnoreRule): Promise<void> {
    if (await ask(this.#client, (client) => client.ignore.add({ rules: [rule] }), this.#listener))
      await this.#changed();
  }

  async #remove(ids: number[]): Promise<boolean> {
    const done = await ask(this.#client, (client) => client.ignore.remove({ ids }).then(() => true), this.#listener);
    if (done) await this.#changed();
    return done === true;
  }

  async #changed(): Promise<void> {
    this.#listener.changed?.();
    await this.refresh();
    if (this.survey !== null) await this.look();
  }

  /** Types a rule: what it would leave out is asked soon. */
  type(kind: TypedKind, text: string): void {
    this.draft = { kind, text };
    this.preview = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#askPreview(), TYPING_MS);
  }

  /** One question at a time; what was typed meanwhile is asked about after it. */
  async #askPreview(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (let asked = this.draftRule; asked !== null; asked = this.draftRule) {
        const rule = asked;
        const preview = await ask(this.#client, (client) => client.ignore.preview({ rule }), this.#listener);
        if (this.draftRule !== rule) continue;
        this.preview = preview;
        return;
      }
    } finally {
      this.#asking = false;
    }
  }

  /** Makes the typed rule one of the library. */
  async addDraft(): Promise<void> {
    const rule = this.draftRule;
    if (rule === null || !(await this.add([rule]))) return;
    this.draft = { ...this.draft, text: '' };
    this.preview = null;
  }
}
