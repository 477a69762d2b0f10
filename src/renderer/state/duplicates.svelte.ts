import type { ServiceClient } from '../../contract/contract.ts';
import type {
  DuplicateDecision,
  DuplicateDecisions,
  Duplicates,
  DuplicateSet,
  ExploreEvent,
} from '../../contract/explore-schemas.ts';
import { Explored } from './explored.svelte.ts';

/** Decisions that are shown at first, and as many more each time. */
const DECIDED_AT_ONCE = 50;

/** What is there twice, and what is decided about it. */
export class DuplicateList extends Explored<Duplicates> {
  readonly sets: readonly DuplicateSet[] = $derived(this.found?.sets ?? []);

  decided = $state.raw<DuplicateDecisions>({ total: 0, decisions: [] });
  /** Decisions that are asked for. */
  #count = DECIDED_AT_ONCE;

  protected async find(client: ServiceClient, fresh: boolean): Promise<Duplicates> {
    const [found, decided] = await Promise.all([
      client.explore.duplicates({ fresh }),
      client.explore.decisions({ count: this.#count }),
    ]);
    this.decided = decided;
    return found;
  }

  async moreDecided(): Promise<void> {
    this.#count += DECIDED_AT_ONCE;
    this.decided = (await this.ask((client) => client.explore.decisions({ count: this.#count }))) ?? this.decided;
  }

  protected take(event: ExploreEvent): void {
    if (event.type === 'duplicates') this.reload();
  }

  /** Says of the pictures of a set that they are different ones, or all wanted: for good, unless it is undone. */
  async decide({ pictures }: DuplicateSet, decision: DuplicateDecision): Promise<void> {
    const ids = pictures.map(({ id }) => id);
    const done = await this.ask((client) => client.explore.decideDuplicates({ pictures: ids, decision }));
    if (done === null) return;
    this.listener.told?.(`${done.description}.`, () => void this.takeBack(done.decision));
  }

  /** Says that a picture is to be kept rather than its copies: for good, unless it is undone. */
  async keep(id: number): Promise<void> {
    const done = await this.ask((client) => client.explore.keepPicture({ id }));
    if (done === null) return;
    this.listener.told?.(`${done.description}.`, () => void this.takeBack(done.decision));
  }

  /** Takes a decision back. */
  async takeBack(decision: number): Promise<void> {
    await this.ask((client) => client.explore.undoDecision({ decision }));
  }
}
