import type { ActionInput, ActionOutcome, ActionPlan, ActionSummary } from '../../contract/action-schemas.ts';
import type { ServiceClient } from '../../contract/contract.ts';
import { ask } from './ask.ts';
import { outcomeSentence } from './action-phrases.ts';

export interface FileActionsListener {
  told?(sentence: string, undo?: () => void): void;
  problem?(sentence: string): void;
  /** Files are at other places now. */
  changed?(): void;
}

/** A plan that takes longer is waited for in the dialog. */
const SHOW_MS = 300;

/** What is done with files: a plan is shown, carried out in the background, and undone where that is wanted. */
export class FileActions {
  /** The plan that is looked at; null where none is. */
  plan = $state.raw<ActionPlan | null>(null);
  /** It is being worked out. */
  planning = $state(false);
  /** What was done, the newest first. */
  list = $state.raw<readonly ActionSummary[]>([]);

  readonly #listener: FileActionsListener;
  #client: ServiceClient | null = null;
  #asked = 0;

  constructor(listener: FileActionsListener) {
    this.#listener = listener;
  }

  connect(client: ServiceClient | null): void {
    this.#client = client;
    this.close();
    if (client !== null) void this.refresh();
  }

  /** Works out what would be done, for a person to look at. */
  async propose(input: ActionInput): Promise<void> {
    if (input.pictures.length === 0) return;
    const asked = ++this.#asked;
    const timer = setTimeout(() => (this.planning = asked === this.#asked), SHOW_MS);
    const plan = await ask(this.#client, (client) => client.actions.plan(input), this.#listener);
    clearTimeout(timer);
    if (asked !== this.#asked) return;
    this.planning = false;
    this.plan = plan;
  }

  /** Puts the plan away; nothing is done. */
  close(): void {
    this.#asked++;
    this.planning = false;
    this.plan = null;
  }

  /** Does what the plan says; how far that is shows in the list of activities. */
  async carryOut(): Promise<void> {
    const { plan } = this;
    this.close();
    if (plan === null) return;
    await this.#end(plan.id, (client) => client.actions.run({ id: plan.id }));
  }

  /** Goes on with what was stopped, doing or undoing. */
  async goOn({ id, state }: Pick<ActionSummary, 'id' | 'state'>): Promise<void> {
    if (state === 'undo-stopped') return this.undo(id);
    await this.#end(id, (client) => client.actions.run({ id }));
  }

  async undo(id: number): Promise<void> {
    await this.#end(null, (client) => client.actions.undo({ id }));
  }

  async refresh(): Promise<void> {
    const list = await ask(this.#client, (client) => client.actions.list(), this.#listener);
    if (list !== null) this.list = list;
  }

  /** @param undone what the sentence offers to undo */
  async #end(undone: number | null, work: (client: ServiceClient) => Promise<ActionOutcome>): Promise<void> {
    const outcome = await ask(this.#client, work, this.#listener);
    this.#listener.changed?.();
    await this.refresh();
    if (outcome === null) return;
    const canUndo = undone !== null && outcome.undoable > 0;
    this.#listener.told?.(outcomeSentence(outcome), canUndo ? () => void this.undo(undone) : undefined);
  }
}
