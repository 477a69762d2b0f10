import type { ServiceClient } from '../../contract/contract.ts';
import type { DuplicateDecision, Duplicates, DuplicateSet, ExploreEvent } from '../../contract/explore-schemas.ts';
import { Explored } from './explored.svelte.ts';

/** What is there twice, and what is decided about it. */
export class DuplicateList extends Explored<Duplicates> {
  readonly sets: readonly DuplicateSet[] = $derived(this.found?.sets ?? []);

  protected find(client: ServiceClient, fresh: boolean): Promise<Duplicates> {
    return client.explore.duplicates({ fresh });
  }

  protected take(event: ExploreEvent): void {
    if (event.type === 'duplicates') this.reload();
  }

  /** Says of the pictures of a set that they are different ones, or all wanted: for good, unless it is undone. */
  async decide({ pictures }: DuplicateSet, decision: DuplicateDecision): Promise<void> {
    const ids = pictures.map(({ id }) => id);
    const done = await this.ask((client) => client.explore.decideDuplicates({ pictures: ids, decision }));
    if (done === null) return;
    this.listener.told?.(`${done.description}.`, () => void this.#undo(done.decision));
  }

  /** Says that a picture is to be kept rather than its copies: for good, unless it is undone. */
  async keep(id: number): Promise<void> {
    const done = await this.ask((client) => client.explore.keepPicture({ id }));
    if (done === null) return;
    this.listener.told?.(`${done.description}.`, () => void this.#undo(done.decision));
  }

  async #undo(decision: number): Promise<void> {
    await this.ask((client) => client.explore.undoDecision({ decision }));
  }
}
