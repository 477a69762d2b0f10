import { setImmediate as letOthersRun } from 'node:timers/promises';
import { ServiceError } from '../../contract/errors.ts';
import type { LabelQuestion, Suggestions } from '../../contract/group-schemas.ts';
import { createRandom } from '../../similarity/random.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import type { LibraryParts } from '../library-parts.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { shownPicture, type ShownPicture } from '../pictures.ts';
import { dot, normalize } from '../vectors/vector-index.ts';
import { withBaseVectors, type BaseVectors } from './base-vectors.ts';
import { calibrateGroup, probability, type ScoredExample } from './calibrate-group.ts';
import type { LabelledGroup } from './labelled-groups.ts';
import type { ModelDescription, VersionDescriptions } from './model-description.ts';
import {
  groupFits,
  scoredExamples,
  suggest,
  type GroupFit,
  type SuggestingGroup,
  type TwofoldPicture,
} from './suggest.ts';

interface SuggesterParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly descriptions: VersionDescriptions;
}

/** Members that a group is asked by: more say the same, and each is compared with every candidate. */
const MOST_MEMBERS = 100;
/** Of all groups together, and of each even so: each is compared with all others. */
const MOST_OF_ALL = 1_000;
const LEAST_OF_A_GROUP = 8;
/** With fewer members, that no score keeps the precision says little: the nearest are offered then. From here on none is sure enough. */
const FEW = 10;
/** Pictures of the index near each member that are looked at. */
const NEAR_MEMBER = 50;
/** Groups whose pictures compete for a candidate. */
const MOST_GROUPS = 50;
/** Pictures without a label that the next question is chosen from. */
const MOST_ASKED = 600;
/** Pictures scored before others get their turn. */
const SCORED_AT_ONCE = 8;
/** Questions are no more alike than this: one answers the other. */
const ALIKE = 0.8;

/** What the library says of groups now, by the version that answers. */
interface View {
  readonly parts: LibraryParts;
  readonly base: BaseVectors;
  readonly groups: readonly LabelledGroup[];
  readonly version: ModelDescription | null;
}

/** Suggests pictures for groups, by the model in use: by nearest examples, so that a new group needs no teaching. */
export class Suggester {
  readonly #parts: SuggesterParts;

  constructor(parts: SuggesterParts) {
    this.#parts = parts;
  }

  /**
   * Pictures that may belong to a group, the most likely first.
   *
   * @param target precision that is asked for, or the best F1
   * @throws ServiceError GROUP_UNKNOWN
   */
  suggest(group: number, k: number, target: number | 'f1'): Promise<Suggestions> {
    return this.#view(async (view) => {
      const wanted = view.groups.find(({ id }) => id === group);
      if (!wanted) throw new ServiceError('GROUP_UNKNOWN', String(group));
      const suggesting = await suggestingGroups(view, wanted, target);
      const own = suggesting.find(({ id }) => id === group);
      if (!own || own.members.length === 0) return nothing(group, emptySentence(wanted));
      const candidates = candidatesNear(view, own, wanted);
      const { threshold, precision, recall, isTold } = own.calibration;
      const few = threshold === null && (own.members.length < FEW || !isTold);
      const found = few
        ? await nearest(candidates, own)
        : (await inSlices(candidates, (some) => suggest(some, suggesting))).filter((one) => one.group === group);
      found.sort((a, b) => b.confidence - a.confidence || b.score - a.score || a.id - b.id);
      return {
        group,
        suggestions: found.slice(0, k).flatMap(({ id, score, confidence }) =>
          // rounding can lift the score of a copy a hair above 1
          shown(view, id).map((picture) => ({ ...picture, score: Math.min(1, score), probability: confidence })),
        ),
        threshold,
        precision: threshold === null ? null : precision,
        recall: threshold === null ? null : recall,
        sentence: threshold === null ? withoutThreshold(wanted, own, few) : null,
      };
    });
  }

  /** Pictures whose label would teach most: near two groups alike, and unlike one another. */
  next(k: number): Promise<LabelQuestion[]> {
    return this.#view(async (view) => {
      const suggesting = await suggestingGroups(view, null, 0.9);
      if (suggesting.length === 0) return [];
      const labelled = new Set(view.groups.flatMap(({ members }) => members));
      const others = [...view.parts.vectors.present].filter((id) => !labelled.has(id));
      const asked = createRandom(view.groups.length).sample(others, Math.min(MOST_ASKED, others.length));
      const pictures = asked.flatMap((id) => twofold(view, id) ?? []);
      const scored = await inSlices(pictures, (some) =>
        some.map((picture) => ({ picture, fits: groupFits(picture, suggesting) })),
      );
      const uncertain = scored
        .filter(({ fits }) => fits.length > 0)
        .sort((a, b) => margin(a.fits) - margin(b.fits) || a.picture.id - b.picture.id);
      const chosen: typeof uncertain = [];
      for (const question of uncertain) {
        if (chosen.length === k) break;
        if (chosen.every(({ picture }) => dot(picture.taught, question.picture.taught) < ALIKE)) chosen.push(question);
      }
      return chosen.flatMap(({ picture, fits }) => this.#question(view, picture.id, fits));
    });
  }

  #question(view: View, id: number, fits: readonly GroupFit[]): LabelQuestion[] {
    const names = new Map(view.groups.map((group) => [group.id, group.name]));
    const candidates = fits.slice(0, 9).map(({ group, score }) => ({
      group: group.id,
      name: names.get(group.id) ?? '',
      probability: probability(group.calibration, score),
    }));
    return shown(view, id).map((picture) => ({ ...picture, candidates }));
  }

  #view<Result>(work: (view: View) => Promise<Result>): Promise<Result> {
    const { paths, catalog, active, descriptions } = this.#parts;
    return active.use((parts) =>
      withBaseVectors(paths, parts, (base) =>
        // the base itself has none
        work({ parts, base, groups: catalog.labels.labelled(), version: descriptions.of(parts.projection.id) }),
      ),
    );
  }
}

function nothing(group: number, sentence: string): Suggestions {
  return { group, suggestions: [], threshold: null, precision: null, recall: null, sentence };
}

/** Why a group has no threshold, and what would help. @param few whether the nearest are offered all the same */
function withoutThreshold({ name }: LabelledGroup, { members }: SuggestingGroup, few: boolean): string {
  if (!few) {
    return `No picture is sure enough to belong to ${name}. More pictures in it, or of what it is taken for in a group of its own, would help.`;
  }
  return members.length < FEW
    ? `${name} has too few pictures to tell how sure a suggestion is: these are the nearest.`
    : `Nothing says yet what does not belong to ${name}: these are the nearest. Refuse those that do not, or make groups of them.`;
}

function emptySentence({ name, members }: LabelledGroup): string {
  return members.length === 0
    ? `${name} has no picture yet. Put one in to see what is like it.`
    : `None of the pictures of ${name} could be read yet. Index their folder, or plug in its drive.`;
}

/** The group asked for, and those that compete with it, each with its calibration. */
async function suggestingGroups(
  view: View,
  wanted: LabelledGroup | null,
  target: number | 'f1',
): Promise<SuggestingGroup[]> {
  const others = view.groups.filter((group) => group !== wanted && group.members.length > 0);
  const chosen = [...(wanted ? [wanted] : []), ...(await competing(view, wanted, others))];
  const most = Math.max(LEAST_OF_A_GROUP, Math.min(MOST_MEMBERS, Math.floor(MOST_OF_ALL / chosen.length)));
  const members = chosen.map((group) =>
    createRandom(group.id)
      .sample(group.members, Math.min(most, group.members.length))
      .flatMap((id) => twofold(view, id) ?? []),
  );
  const examples = await heldOutExamples(view, chosen, members);
  const aim = target === 'f1' ? ({ kind: 'f1' } as const) : ({ kind: 'precision', value: target } as const);
  return chosen
    .map(({ id, refused }, i) => ({
      id,
      members: members[i] ?? [],
      refused: new Set(refused),
      calibration: calibrateGroup(examples[i] ?? [], aim),
    }))
    .filter((group) => group.id === wanted?.id || group.members.length > 0);
}

/** Of many groups those that are nearest to the one asked for; where none is, those with the fewest members, which need questions most. */
async function competing(
  view: View,
  wanted: LabelledGroup | null,
  others: readonly LabelledGroup[],
): Promise<readonly LabelledGroup[]> {
  if (others.length <= MOST_GROUPS) return others;
  if (!wanted) return others.toSorted((a, b) => a.members.length - b.members.length).slice(0, MOST_GROUPS);
  const own = meanOf(view, wanted);
  const scored = await inSlices(others, (some) =>
    some.map((group) => ({ group, score: dot(own, meanOf(view, group)) })),
  );
  scored.sort((a, b) => b.score - a.score || a.group.id - b.group.id);
  return scored.slice(0, MOST_GROUPS).map(({ group }) => group);
}

/** Mean vector of some members, by the model in use. */
function meanOf({ parts }: View, { id, members }: LabelledGroup): Float32Array {
  const mean = new Float32Array(parts.projection.dimensions);
  for (const member of createRandom(id).sample(members, Math.min(LEAST_OF_A_GROUP, members.length))) {
    const vector = parts.vectors.vector(member);
    for (const d of mean.keys()) mean[d] = (mean[d] ?? 0) + (vector?.[d] ?? 0);
  }
  return normalize(mean);
}

/**
 * What the groups are calibrated with: what held-out pictures scored when the version was taught, and what pictures score that it was
 * not taught, members and refused ones, each compared with all others. Those that it was taught are nearer than they would be, and say
 * nothing. A refused picture says something of the group that it was refused for alone.
 */
async function heldOutExamples(
  view: View,
  chosen: readonly LabelledGroup[],
  members: readonly (readonly TwofoldPicture[])[],
): Promise<ScoredExample[][]> {
  const { version } = view;
  const taught = new Set(version?.groups.flatMap((group) => group.members));
  const fresh = new Map<number, TwofoldPicture>();
  for (const picture of members.flat()) if (!taught.has(picture.id)) fresh.set(picture.id, picture);
  const scored = await inSlices([...fresh.values()], (some) =>
    some.map((picture) => {
      const groups = chosen.flatMap((group, i) => (group.members.includes(picture.id) ? [i] : []));
      return scoredExamples([{ taught: members, heldOut: [{ picture, groups }] }], chosen.length);
    }),
  );
  const refused = await Promise.all(
    chosen.map((group, i) => {
      const asked = group.refused.filter((id) => !taught.has(id) && !fresh.has(id)).slice(-MOST_MEMBERS);
      const pictures = asked.flatMap((id) => twofold(view, id) ?? []);
      return inSlices(pictures, (some) =>
        some.flatMap((picture) => {
          return scoredExamples([{ taught: members, heldOut: [{ picture, groups: [] }] }], chosen.length)[i] ?? [];
        }),
      );
    }),
  );
  return chosen.map(({ id }, i) => {
    const kept = version?.groups.find((group) => group.id === id)?.examples ?? [];
    return [...kept, ...scored.flatMap((examples) => examples[i] ?? []), ...(refused[i] ?? [])];
  });
}

/** Pictures that the index finds near members, without the group's own and refused ones. */
function candidatesNear(view: View, group: SuggestingGroup, { members, refused }: LabelledGroup): TwofoldPicture[] {
  const left = new Set([...members, ...refused]);
  const near = new Set<number>();
  for (const { id } of group.members) {
    for (const neighbor of view.parts.vectors.neighborsOf(id, NEAR_MEMBER)) {
      if (!left.has(neighbor.id)) near.add(neighbor.id);
    }
  }
  return [...near].flatMap((id) => twofold(view, id) ?? []);
}

function twofold({ parts, base }: View, id: number): TwofoldPicture | null {
  const taught = parts.vectors.vector(id);
  const untaught = parts.projection.id === parts.base.id ? taught : base.vector(id);
  return taught && untaught && { id, taught, untaught };
}

function nearest(candidates: readonly TwofoldPicture[], group: SuggestingGroup) {
  return inSlices(candidates, (some) =>
    some.flatMap((picture) => {
      const [fit] = groupFits(picture, [group]);
      if (!fit) return [];
      const { score } = fit;
      return [{ id: picture.id, group: group.id, score, confidence: probability(group.calibration, score) }];
    }),
  );
}

async function inSlices<Item, Result>(
  items: readonly Item[],
  work: (some: readonly Item[]) => Result[],
): Promise<Result[]> {
  const results: Result[] = [];
  for (let i = 0; i < items.length; i += SCORED_AT_ONCE) {
    results.push(...work(items.slice(i, i + SCORED_AT_ONCE)));
    await letOthersRun();
  }
  return results;
}

/** How much nearer the best group is than the second; with one group, how near it is. */
function margin(fits: readonly GroupFit[]): number {
  const [first, second] = fits;
  return (first?.score ?? 1) - (second?.score ?? 0);
}

/** The picture as it is told, or nothing where it has no file any more. */
function shown({ parts: { catalog } }: View, id: number): Omit<ShownPicture, 'copies'>[] {
  const picture = shownPicture(catalog, id);
  if (!picture) return [];
  const { copies: _, ...told } = picture;
  return [told];
}
