/** How long to wait before listening anew, where the stream of events broke and the service is still there. */
const LISTEN_AGAIN_MS = 1000;

export interface Following<Event> {
  readonly open: () => Promise<AsyncIterable<Event>>;
  readonly take: (event: Event) => void;
  /** The stream broke; it is listened to anew. */
  readonly problem: (error: unknown) => void;
  /** False once another service has taken the place of this one: what it still says is for nobody. */
  readonly current: () => boolean;
}

/** Takes each event of a stream that does not end by itself. Resolves when another service has taken its place. */
export async function follow<Event>({ open, take, problem, current }: Following<Event>): Promise<void> {
  while (current()) {
    try {
      for await (const event of await open()) {
        if (!current()) return;
        take(event);
      }
    } catch (error) {
      if (!current()) return;
      problem(error);
    }
    await new Promise((resolve) => setTimeout(resolve, LISTEN_AGAIN_MS));
  }
}
