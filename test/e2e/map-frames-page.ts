/** Runs in the page, for `map-frames.ts`: a library of points drawn by chance in place of the real one, and hands that move the map. */
import { os } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { SERVICE_PORT_MESSAGE } from '../../src/contract/bridge.ts';
import { rowOf } from '../../src/renderer/state/answers.test-fixture.ts';
import { FakeService } from '../../src/renderer/state/fake-service.test-fixture.ts';

const KINDS = 40;

/** Park and Miller's generator: the fixtures' own one comes with what only Node has. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

/** Answers the window's requests from memory: its service is another one from now on. */
export function serveMap(points: number): void {
  const service = new FakeService();
  const random = randomFrom(1);
  const bell = (): number => (random() + random() + random() + random() - 2) / 2;
  const middles = Array.from({ length: KINDS }, () => [
    1.6 * random() - 0.8,
    1.6 * random() - 0.8,
    0.05 + 0.15 * random(),
  ]);
  service.rows = Array.from({ length: 1000 }, (_, i) => rowOf(i + 1, Date.UTC(2021, 0, 1 + i)));
  service.map.ids = Array.from({ length: points }, (_, i) => i + 1);
  service.map.positions = service.map.ids.flatMap((id) => {
    const [x = 0, y = 0, spread = 0] = middles[id % KINDS] ?? [];
    return [x, y].map((middle) => Math.max(-1, Math.min(1, middle + spread * bell())));
  });
  service.map.categories = middles.map((_, i) => ({
    key: `n${i + 1}`,
    label: `Kind ${i + 1}`,
    pictures: points / KINDS,
  }));
  service.map.values = service.map.ids.map((id) => id % KINDS);
  const client = service.client();
  const groups = { ...client.groups, list: () => Promise.resolve([]), watch: () => client.explore.watch() };
  const { port1, port2 } = new MessageChannel();
  new RPCHandler(routerOf({ ...client, groups }) as never).upgrade(port1);
  port1.start();
  window.postMessage({ type: SERVICE_PORT_MESSAGE }, '*', [port2]);
}

/** What answers each procedure, whatever it is asked: nothing is checked here. */
function routerOf(client: object): object {
  return Object.fromEntries(
    Object.entries(client).map(([name, answer]: [string, unknown]) => {
      if (typeof answer !== 'function') return [name, routerOf(answer as object)];
      const ask = answer as (input: unknown) => unknown;
      return [name, os.handler(({ input }) => ask(input))];
    }),
  );
}

/** Counts how often a method is called from now on. */
function countCalls<Name extends string>(of: Record<Name, (...input: never[]) => void>, name: Name): () => number {
  const own = of[name];
  let count = 0;
  of[name] = function (...input) {
    count++;
    own.apply(this, input);
  };
  return () => {
    of[name] = own;
    return count;
  };
}

/** Drags the map or turns the wheel once a frame, and gives the milliseconds between frames, and how many of them were drawn. */
export async function framesOf(
  what: 'pan' | 'zoom',
  frames: number,
): Promise<{ readonly times: number[]; readonly drawn: number }> {
  const surface = document.querySelector('[role=application]');
  if (surface === null) throw new Error('There is no map.');
  const { left, top, width, height } = surface.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const at = (dx: number) => ({ bubbles: true, pointerId: 1, button: 0, clientX: x + dx, clientY: y + dx / 3 });
  if (what === 'pan') surface.dispatchEvent(new PointerEvent('pointerdown', at(0)));
  const times: number[] = [];
  const drawings = [
    countCalls(CanvasRenderingContext2D.prototype, 'putImageData'),
    countCalls(WebGL2RenderingContext.prototype, 'clear'),
  ];
  for (let frame = 0; frame <= frames; frame++) {
    times.push(await new Promise<number>((resolve) => requestAnimationFrame(resolve)));
    // there and back
    const away = 6 * (frame % 60 < 30 ? frame % 30 : 30 - (frame % 30));
    if (what === 'pan') surface.dispatchEvent(new PointerEvent('pointermove', at(away)));
    else
      surface.dispatchEvent(
        new WheelEvent('wheel', { ...at(0), deltaY: frame % 60 < 30 ? -40 : 40, cancelable: true }),
      );
  }
  if (what === 'pan') surface.dispatchEvent(new PointerEvent('pointerup', at(0)));
  const drawn = drawings.reduce((sum, counted) => sum + counted(), 0);
  return { times: times.slice(1).map((time, i) => time - (times[i] ?? 0)), drawn };
}
