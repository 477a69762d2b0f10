/** Items of one origin, in the order in which they are wanted. */
interface Lane<Origin, Item> {
  readonly origin: Origin;
  readonly items: readonly Item[];
  next: number;
}

/** What is still to be read of several origins, one after another. What is wanted before the rest can be told at any time. */
export class ReadQueue<Origin, Item> {
  #lanes: readonly Lane<Origin, Item>[];

  constructor(lanes: readonly { readonly origin: Origin; readonly items: readonly Item[] }[]) {
    this.#lanes = lanes.map(({ origin, items }) => ({ origin, items, next: 0 }));
  }

  get isEmpty(): boolean {
    return this.#lanes.every(({ items, next }) => next >= items.length);
  }

  /** The next one, which is in the queue no longer; null where there is none. */
  take(): { readonly origin: Origin; readonly item: Item } | null {
    for (const lane of this.#lanes) {
      const item = lane.items[lane.next];
      if (item === undefined) continue;
      lane.next++;
      return { origin: lane.origin, item };
    }
    return null;
  }

  /** Puts what is wanted before the rest; among themselves both stay in their order. */
  prefer(isWanted: (origin: Origin, item: Item) => boolean): void {
    const lanes = this.#lanes.map(({ origin, items, next }) => {
      const left = Map.groupBy(items.slice(next), (item) => isWanted(origin, item));
      return { origin, wanted: left.get(true) ?? [], rest: left.get(false) ?? [] };
    });
    this.#lanes = [
      ...lanes.map(({ origin, wanted }) => ({ origin, items: wanted, next: 0 })),
      ...lanes.map(({ origin, rest }) => ({ origin, items: rest, next: 0 })),
    ];
  }
}
