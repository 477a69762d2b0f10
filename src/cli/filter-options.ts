import { InvalidArgumentError, Option, type Command } from 'commander';
import { resolve } from 'node:path';
import { moment, type PictureFilter, type RatingFilter } from '../contract/schemas.ts';
import { requireGroup } from './group-commands.ts';
import type { Session } from './session.ts';

/** What a command is told of the pictures that are meant. */
export interface FilterOptions {
  readonly folder?: string;
  readonly group?: string;
  readonly after?: string;
  readonly before?: string;
  readonly rating?: RatingFilter;
  readonly keyword?: string[];
  readonly camera?: string;
  readonly lens?: string;
  readonly near?: NonNullable<PictureFilter['near']>;
  readonly kind?: NonNullable<PictureFilter['kind']>;
}

function momentOf(text: string): string {
  if (!moment.safeParse(text).success) throw new InvalidArgumentError('A date is needed: 2019, 2019-07, 2019-07-04.');
  return text;
}

function stars(text: string): RatingFilter {
  if (text === 'rejected' || text === 'unrated') return text;
  if (!/^[1-5]$/.test(text)) throw new InvalidArgumentError('1 to 5 stars can be asked for, `rejected` or `unrated`.');
  return Number(text);
}

function placeOf(text: string): NonNullable<PictureFilter['near']> {
  const parts = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [latitude = Number.NaN, longitude = Number.NaN, km = Number.NaN] = parts;
  if (parts.length !== 3 || !(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && km > 0 && km <= 20_100)) {
    throw new InvalidArgumentError('Latitude, longitude and kilometres are needed: 48.858,2.294,5.');
  }
  return { latitude, longitude, km };
}

/** Adds the options that say which pictures are meant. */
export function withFilterOptions(command: Command): Command {
  return command
    .option('--folder <dir>', 'only pictures in this folder and below')
    .option('--group <name>', 'only pictures of this group')
    .option(
      '--after <date>',
      'only pictures taken from this day, month or year on: 2019-07-04, 2019-07, 2019',
      momentOf,
    )
    .option('--before <date>', 'only pictures taken before it', momentOf)
    .option('--rating <stars>', 'only pictures with at least so many stars; or `rejected`, or `unrated`', stars)
    .option(
      '--keyword <word>',
      'only pictures with this keyword; several: with all of them',
      (word: string, words?: string[]) => [...(words ?? []), word],
    )
    .option('--camera <name>', 'only pictures of this camera; a part of its name will do')
    .option('--lens <name>', 'only pictures through this lens; a part of its name will do')
    .option('--near <lat,lon,km>', 'only pictures taken at most so many kilometres from there', placeOf)
    .addOption(new Option('--kind <kind>', 'only photos, or only videos').choices(['photo', 'video']));
}

const NAMES = ['folder', 'group', 'after', 'before', 'rating', 'keyword', 'camera', 'lens', 'near', 'kind'] as const;

/** Whether anything is said of the pictures that are meant. */
export function hasFilter(options: FilterOptions): boolean {
  return NAMES.some((name) => options[name] !== undefined);
}

/** The filter that the options say; undefined where they say none. @throws ServiceError GROUP_UNKNOWN */
export async function filterOf(session: Session, options: FilterOptions): Promise<PictureFilter | undefined> {
  const { folder, group, after, before, rating, keyword, camera, lens, near, kind } = options;
  const filter: PictureFilter = {
    ...(folder === undefined ? {} : { folder: resolve(folder) }),
    ...(group === undefined ? {} : { group: (await requireGroup(session, group)).id }),
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { before }),
    ...(rating === undefined ? {} : { rating }),
    ...(keyword === undefined ? {} : { keywords: keyword }),
    ...(camera === undefined ? {} : { camera }),
    ...(lens === undefined ? {} : { lens }),
    ...(near === undefined ? {} : { near }),
    ...(kind === undefined ? {} : { kind }),
  };
  return hasFilter(options) ? filter : undefined;
}
