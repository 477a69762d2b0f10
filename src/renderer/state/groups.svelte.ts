import type { ServiceClient } from '../../contract/contract.ts';
import type { GroupChange, GroupPictures, GroupsEvent, PictureGroup } from '../../contract/group-schemas.ts';
import { ask } from './ask.ts';
import { problemOf } from './error-sentence.ts';
import { follow } from './follow.ts';
import type { Labelling } from './labelling.ts';

/** What a group is chosen for: pictures are put into it, another group goes into it, or members of another go into a new one. */
export type GroupChoice =
  | { readonly kind: 'add'; readonly pictures: readonly number[]; readonly name?: string | undefined }
  | { readonly kind: 'merge'; readonly from: number }
  | { readonly kind: 'split'; readonly from: number; readonly pictures: readonly number[] };

export interface GroupsListener {
  problem?(sentence: string): void;
  /** Groups or labels have changed. */
  changed?(): void;
}

/** The groups, and the pictures of the one that is looked at. */
export class Groups {
  list = $state.raw<readonly PictureGroup[]>([]);
  loaded = $state(false);
  /** Grows with each change of groups and labels. */
  revision = $state(0);
  /** The pictures of the group that is shown; null while they are read. */
  shown = $state.raw<(GroupPictures & { readonly group: number }) | null>(null);
  /** What a group is being chosen for: the chooser is open. */
  choosing = $state.raw<GroupChoice | null>(null);

  readonly #labelling: Labelling;
  readonly #listener: GroupsListener;
  #client: ServiceClient | null = null;
  #group: number | null = null;

  constructor(labelling: Labelling, listener: GroupsListener) {
    this.#labelling = labelling;
    this.#listener = listener;
  }

  /** Follows another service from now on. Resolves when its stream is over for good. */
  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    return follow({
      open: () => client.groups.watch(),
      take: (event: GroupsEvent) => void this.#take(event),
      problem: (error) => this.#listener.problem?.(problemOf(error).sentence),
      current: () => client === this.#client,
    });
  }

  disconnect(): void {
    this.#client = null;
  }

  async #take({ revision }: GroupsEvent): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    const list = await this.#ask((service) => service.groups.list());
    if (list === null || client !== this.#client) return;
    this.list = list;
    this.loaded = true;
    this.revision = revision;
    if (this.#group !== null) await this.show(this.#group);
    this.#listener.changed?.();
  }

  of(id: number): PictureGroup | null {
    return this.list.find((group) => group.id === id) ?? null;
  }

  /** Reads the pictures of a group, and again with each change until another one is shown. */
  async show(id: number): Promise<void> {
    if (this.#group !== id) this.shown = null;
    this.#group = id;
    const pictures = await this.#ask((client) => client.groups.pictures({ id }));
    if (pictures !== null && this.#group === id) this.shown = { group: id, ...pictures };
  }

  /** Puts pictures into a group that there is. */
  add(group: number, pictures: readonly number[]): Promise<boolean> {
    return this.#labelling.store([{ group, pictures, verdict: 'in' }]);
  }

  /** Takes pictures out of a group. */
  takeOut(group: number, pictures: readonly number[]): Promise<boolean> {
    return this.#labelling.store([{ group, pictures, verdict: 'none' }]);
  }

  create(name: string, pictures: readonly number[]): Promise<void> {
    return this.#change((client) => client.groups.create({ name, pictures: [...pictures] }));
  }

  rename(id: number, name: string): Promise<void> {
    return this.#change((client) => client.groups.rename({ id, name }));
  }

  /** Opens the chooser for pictures; with none it makes an empty group. @param name what a new one could be called */
  choose(pictures: readonly number[], name?: string): void {
    this.choosing = { kind: 'add', pictures, name };
  }

  merge(from: number, into: number): Promise<void> {
    return this.#change((client) => client.groups.merge({ from, into }));
  }

  split(id: number, pictures: readonly number[], name: string): Promise<void> {
    return this.#change((client) => client.groups.split({ id, pictures: [...pictures], name }));
  }

  remove(id: number): Promise<void> {
    return this.#change((client) => client.groups.remove({ id }));
  }

  /** Makes a group of each sub-folder. */
  async createFromFolders(root: string): Promise<void> {
    const made = await this.#ask((client) => client.groups.createFromFolders({ root }));
    if (made !== null) this.#labelling.tell(`Made ${made.groups.length} groups of folders`, [made.change]);
  }

  async #change(make: (client: ServiceClient) => Promise<GroupChange>): Promise<void> {
    const done = await this.#ask(make);
    if (done !== null) this.#labelling.tell(done.description, [done.change]);
  }

  #ask<Result>(request: (client: ServiceClient) => Promise<Result>): Promise<Result | null> {
    return ask(this.#client, request, this.#listener);
  }
}
