import type { ModelConfusion, ModelNeighbors } from '../contract/teach-schemas.ts';
import type { SharedOptions } from './shared-options.ts';
import { picturesAt } from './group-commands.ts';
import { Output } from './output.ts';
import { withReadLibrary } from './session.ts';

/** Which groups a version takes for which: a line for each pair of them. */
export async function confusionCommand(shared: SharedOptions, id: string): Promise<number> {
  const output = new Output(shared.json);
  const confusion = await withReadLibrary({ libraryFolder: shared.library }, ({ client }) =>
    client.models.confusion({ id }),
  );
  for (const pair of pairs(confusion)) {
    const { group, answered, before, after, of } = pair;
    if (output.json) output.value({ ...pair, heldOut: confusion.heldOut });
    else output.line(`${group} → ${answered ?? 'nothing'}: ${after} of ${of}, ${before} before`);
  }
  return 0;
}

function pairs({ groups, before, after }: ModelConfusion) {
  const found = new Map<string, { actual: number; answered: number | null; before: number; after: number }>();
  for (const [when, cells] of [['before', before] as const, ['after', after] as const]) {
    for (const { actual, answered, count } of cells) {
      const key = `${actual} ${answered}`;
      const pair = found.get(key) ?? { actual, answered, before: 0, after: 0 };
      found.set(key, { ...pair, [when]: count });
    }
  }
  const of = (group: number): number => after.reduce((sum, cell) => sum + (cell.actual === group ? cell.count : 0), 0);
  return [...found.values()]
    .sort((a, b) => a.actual - b.actual || b.after - a.after)
    .map(({ actual, answered, ...counts }) => ({
      group: groups[actual] ?? '',
      answered: answered === null ? null : (groups[answered] ?? ''),
      ...counts,
      of: of(actual),
    }));
}

/** What the encoder as it is and a version find for a photo. */
export async function neighborsCommand(
  shared: SharedOptions,
  id: string,
  photo: string,
  { k }: { readonly k: number },
): Promise<number> {
  const output = new Output(shared.json);
  const found = await withReadLibrary({ libraryFolder: shared.library }, async (session) => {
    const [picture = 0] = await picturesAt(session, [photo]);
    return session.client.models.neighbors({ id, picture, k });
  });
  for (const when of ['before', 'after'] as const) show(output, when, found[when]);
  return 0;
}

function show(output: Output, when: 'before' | 'after', neighbors: ModelNeighbors['before']): void {
  if (!output.json) output.line(when === 'before' ? 'Before any teaching:' : 'By this version:');
  for (const [i, { path, score, groups }] of neighbors.entries()) {
    if (output.json) output.value({ when, rank: i + 1, path, score, groups });
    else output.line(`${String(i + 1).padStart(4)}  ${score.toFixed(3)}  ${path}  ${groups.join(', ')}`);
  }
}
