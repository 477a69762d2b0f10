#!/usr/bin/env -S node --max-semi-space-size=8 --no-memory-protection-keys
// The flag: see SERVICE_FLAGS in src/contract/service-start.ts.
import { ORPCError } from '@orpc/server';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ServiceError } from '../contract/errors.ts';
import type { DuplicateKind } from '../contract/explore-schemas.ts';
import { teachingLoss } from '../contract/teach-schemas.ts';
import {
  actionsCommand,
  copyCommand,
  linkCommand,
  moveCommand,
  runActionCommand,
  trashCommand,
  undoActionCommand,
  type ActionOptions,
} from './action-commands.ts';
import { BENCH_AREAS, type BenchArea } from './bench/measurement.ts';
import { clustersCommand, duplicatesCommand, mapCommand } from './explore-commands.ts';
import {
  evaluateCommand,
  failuresCommand,
  indexCommand,
  similarCommand,
  statusCommand,
  verifyCommand,
  type SimilarOptions,
} from './commands.ts';
import type { SharedOptions } from './shared-options.ts';
import {
  devicesCommand,
  encodersCommand,
  forgetEncoderCommand,
  installEncoderCommand,
  removeEncoderCommand,
  useDeviceCommand,
  useEncoderCommand,
  type InstallOptions,
} from './encoder-commands.ts';
import { withFilterOptions } from './filter-options.ts';
import {
  groupsCommand,
  labelCommand,
  suggestCommand,
  undoGroupsCommand,
  unlabelCommand,
  type LabelOptions,
} from './group-commands.ts';
import { ignoreAddCommand, ignoreCommand, ignoreRemoveCommand, type IgnoreAddOptions } from './ignore-commands.ts';
import { confusionCommand, neighborsCommand } from './model-commands.ts';
import { exportLibraryCommand, importLibraryCommand } from './library-commands.ts';
import { UsageError } from './session.ts';
import {
  adaptCommand,
  exportModelCommand,
  importModelCommand,
  modelsCommand,
  removeModelCommand,
  teachCommand,
  useModelCommand,
  type TeachOptions,
} from './teach-commands.ts';
import { eventsCommand, placesCommand } from './timeline-commands.ts';
import { tourCommand } from './tour.ts';

const FAILED = 1;
const WRONG_USAGE = 2;

/** The contract's limit of `k`. */
const MOST_RESULTS = 10_000;

const LOSSES = teachingLoss.options;

function naturalNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(text);
}

function resultCount(text: string): number {
  const value = positiveInteger(text);
  if (value > MOST_RESULTS) throw new InvalidArgumentError(`At most ${MOST_RESULTS} results can be asked for.`);
  return value;
}

function partCount(text: string): number {
  const value = positiveInteger(text);
  if (value < 2 || value > 100) throw new InvalidArgumentError('Between 2 and 100 parts can be held out.');
  return value;
}

function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('A number from 0 to 1 is needed.');
  return value;
}

const DUPLICATE_KINDS: readonly DuplicateKind[] = ['identical', 'resized', 'edited', 'near'];

function duplicateKinds(text: string): DuplicateKind[] {
  return text.split(',').map((word) => {
    const kind = DUPLICATE_KINDS.find((each) => each === word.trim());
    if (!kind) throw new InvalidArgumentError(`Kinds are ${DUPLICATE_KINDS.join(', ')}.`);
    return kind;
  });
}

function kilometres(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0.3 && value <= 1000))
    throw new InvalidArgumentError('A number from 0.3 to 1000 is needed.');
  return value;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}

/** The command line, as the README describes it. Each action returns its exit code. */
function buildProgram(setExitCode: (code: number) => void): Command {
  const program = new Command('semblance')
    .description('Finds similar pictures in your own photos, on your own computer.')
    .addOption(new Option('--library <dir>', 'the library to use').env('SEMBLANCE_LIBRARY'))
    .option('--json', 'one JSON value a line on standard output', false)
    .showHelpAfterError('(semblance --help lists the commands)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();

  /** Adds a command whose shared options may stand before or behind its name. */
  const command = <Arguments extends unknown[]>(
    usage: string,
    description: string,
    run: (shared: SharedOptions, ...values: Arguments) => Promise<number>,
    parent = program,
  ): Command =>
    parent
      .command(usage)
      .description(description)
      .option('--library <dir>', 'the library to use')
      .option('--json', 'one JSON value a line on standard output')
      .action(async (...values: unknown[]) => {
        const self = values.at(-1) as Command;
        const shared: { library?: string; json?: boolean } = self.optsWithGlobals();
        const own = self.opts<{ library?: string; json?: boolean }>();
        const library = own.library ?? shared.library;
        setExitCode(
          await run({ library, json: (own.json ?? shared.json) === true }, ...(values.slice(0, -1) as Arguments)),
        );
      });

  command<[string[], { strict: boolean }]>('index', 'indexes folders; without one, all sources again', indexCommand)
    .argument('[folder...]', 'folders of photos')
    .option('--strict', 'exit with 1 where files failed', false);
  command('status', 'what the library holds', statusCommand);
  command<[{ retry: boolean }]>('failures', 'files that could not be indexed, and why', failuresCommand).option(
    '--retry',
    'try them again first',
    false,
  );
  const ignore = command('ignore', 'rules about what is left out of the library', ignoreCommand);
  command<[string[], IgnoreAddOptions]>('add', 'leaves files out from the next run on', ignoreAddCommand, ignore)
    .argument('[pattern...]', 'as in .gitignore')
    .option('--folder <name...>', 'folders of this name, wherever they lie')
    .option('--file <path...>', 'single files')
    .option('--size <bytes>', 'files of fewer bytes', positiveInteger)
    .option('--dry-run', 'only say what that would be', false);
  command<[string[]]>('remove', 'finds again what rules left out', ignoreRemoveCommand, ignore).argument(
    '<number...>',
    'as `semblance ignore` lists them',
  );
  const similar = command<[string[], SimilarOptions]>('similar', 'finds pictures like these', similarCommand)
    .argument('[image...]', 'pictures, in the library or not')
    .option('--not <image...>', 'pictures of the kind that is not wanted')
    .option('--text <words>', 'words for what is wanted, alone or beside pictures; for encoders that read them')
    .option('-k <count>', 'how many results', resultCount, 20)
    .option('--preview', 'rank as a teaching with the groups as they are now would', false)
    .option('--exact', 'scan every picture instead of asking the index', false);
  withFilterOptions(similar);
  command<[{ labels: 'folders' | 'groups'; heldOut?: number }]>(
    'evaluate',
    'retrieval quality, each picture left out in turn',
    evaluateCommand,
  )
    .addOption(
      new Option('--labels <kind>', 'what makes two pictures alike').choices(['folders', 'groups']).default('folders'),
    )
    .option('--held-out <parts>', 'hold each part of the pictures out of the library that it asks', partCount);
  command<[{ repair: boolean }]>('verify', 'checks the library against itself', verifyCommand).option(
    '--repair',
    'mend what can be mended safely',
    false,
  );
  command<[string | undefined, string[], LabelOptions]>('label', 'puts photos into a group', labelCommand)
    .argument('[group]', 'its name; it is made where there is none')
    .argument('[photo...]', 'photos of the library')
    .option('--not', 'they do not belong to it', false)
    .option('--from-folders <root>', 'makes a group of each sub-folder');
  command<[string, string[]]>('unlabel', 'takes photos out of a group', unlabelCommand)
    .argument('<group>', 'its name')
    .argument('<photo...>', 'photos of the library');
  const groups = command('groups', 'which groups there are', groupsCommand);
  command('undo', 'undoes the last change of groups', undoGroupsCommand, groups);
  command<[TeachOptions]>('teach', 'learns from the groups what is alike, and says what came of it', teachCommand)
    .option('--groups <names>', 'only these, with commas between')
    .option('--seed <number>', 'for the same result again', naturalNumber)
    .option('--deep', 'trains the last layers of the encoder too, and encodes all pictures anew with them', false)
    .option('--blocks <count>', 'how many of its layers, for --deep', naturalNumber, 1)
    .addOption(new Option('--loss <loss>', 'chosen by the number of labels where not given').choices(LOSSES));
  command('adapt', 'learns from the photos alone, without any group, and says what came of it', adaptCommand);
  const models = command('models', 'which versions were taught; each can be used', modelsCommand);
  command('use', 'lets a version answer searches', useModelCommand, models).argument('<id>', 'a version');
  command('confusion', 'which groups a version takes for which', confusionCommand, models).argument(
    '<id>',
    'a version',
  );
  command<[string, string, { k: number }]>('neighbors', 'what it finds for a photo', neighborsCommand, models)
    .argument('<id>', 'a version')
    .argument('<photo>', 'a photo of the library')
    .option('-k <count>', 'how many results', resultCount, 10);
  command('remove', 'forgets a version', removeModelCommand, models).argument('<id>', 'a version not in use');
  command<[string, string]>('export', 'writes a version as one file', exportModelCommand, models)
    .argument('<id>', 'a version')
    .argument('<file>', 'where to');
  command('import', 'reads a version from a file', importModelCommand, models).argument(
    '<file>',
    'an exported version',
  );
  command('export', 'writes groups and taught versions as one file', exportLibraryCommand).argument(
    '<file>',
    'where to',
  );
  command('import', 'merges what `export` wrote into the library', importLibraryCommand).argument(
    '<file>',
    'an export',
  );
  command<[{ granularity: number }]>('clusters', 'what belongs together', clustersCommand).option(
    '--granularity <0..1>',
    'from few clusters to many',
    fraction,
    0.5,
  );
  command('map', 'where each picture lies on the map of what is alike', mapCommand);
  command('duplicates', 'what is there twice, and which to keep', duplicatesCommand);
  const action = (usage: string, description: string, run: typeof trashCommand): Command =>
    command<[string[], ActionOptions]>(usage, description, run)
      .argument('[photo...]', 'photos of the library')
      .option('--yes', 'do it; without, only what would be done is shown', false);
  const withDuplicates = (self: Command): Command =>
    self
      .option('--duplicates', 'all files that are there twice but the ones to keep', false)
      .option('--kinds <kinds>', 'which duplicates, with commas between; all but near where not given', duplicateKinds);
  withDuplicates(action('trash', "moves photos to the system's trash", trashCommand));
  action('move', 'moves photos to a folder', moveCommand).requiredOption('--to <folder>', 'where to');
  action('copy', 'copies photos to a folder', copyCommand).requiredOption('--to <folder>', 'where to');
  action('link', 'makes hard links to photos in a folder', linkCommand)
    .option('--to <folder>', 'where to')
    .option('--duplicates', 'in the place of files with the same bytes as one that is kept', false);
  const actions = command('actions', 'what was done with files; it can be undone', actionsCommand);
  command<[number]>('run', 'does what was planned, or goes on with it', runActionCommand, actions).argument(
    '<number>',
    'a plan, or one that was stopped',
    positiveInteger,
  );
  command<[number]>('undo', 'brings files back', undoActionCommand, actions).argument(
    '<number>',
    'as `semblance actions` lists them',
    positiveInteger,
  );
  command('events', 'when pictures were taken: what was taken in one go, the newest first', eventsCommand);
  command<[{ km: number }]>('places', 'where pictures were taken', placesCommand).option(
    '--km <number>',
    'pictures farther apart than about twice this are of two places, 0.3 to 1000',
    kilometres,
    10,
  );
  command<[string, { k: number }]>('suggest', 'photos that may belong to a group', suggestCommand)
    .argument('<group>', 'its name')
    .option('-k <count>', 'how many', resultCount, 20);
  const encoders = command(
    'encoders',
    'which encoders there are; each can be used, installed, removed',
    encodersCommand,
  );
  command('use', 'encodes the library with another encoder, which then answers', useEncoderCommand, encoders).argument(
    '<id>',
    'an installed encoder',
  );
  command<[string, InstallOptions]>(
    'install',
    'downloads a listed encoder, or installs one from disk',
    installEncoderCommand,
    encoders,
  )
    .argument('<id|path>', 'a listed id (this downloads), or a folder, an ONNX file, a TF.js model.json')
    .option('--yes', 'agree to the download', false)
    .option('--accept-licence', 'agree to a licence that restricts the use', false)
    .option('--id <id>', 'of a folder: which listed encoder it holds')
    .option('--name <name>', 'of a model of your own: what to call it')
    .option('--side <pixels>', 'width and height of its pictures', positiveInteger)
    .addOption(
      new Option('--range <range>', 'range of its pixels').choices(['unit', 'signed', 'imagenet', 'clip', 'bytes']),
    )
    .addOption(new Option('--layout <layout>', 'where its colours are').choices(['NCHW', 'NHWC']))
    .option('--output <name>', 'which output describes the picture')
    .addOption(new Option('--pooling <pooling>', 'of several rows').choices(['mean', 'cls']))
    .addOption(
      new Option('--fit <fit>', 'how pictures are brought to its size').choices(['stretch', 'crop', 'contain']),
    );
  command('remove', 'removes an installed encoder; its features stay', removeEncoderCommand, encoders).argument(
    '<id>',
    'an installed encoder',
  );
  command('forget', 'deletes the features kept of an encoder', forgetEncoderCommand, encoders).argument(
    '<id>',
    'an encoder that is not in use',
  );
  const devices = command('devices', 'what can encode on this computer, and how fast', devicesCommand);
  command('use', 'encodes on that device from now on', useDeviceCommand, devices).argument(
    '<id>',
    'a device, or auto for the fastest',
  );
  command<[string, { open: boolean }]>(
    'tour',
    'indexes a folder and shows what it finds, as text and as a page',
    tourCommand,
  )
    .argument('<folder>', 'a folder of photos')
    .option('--open', 'open the page in the browser', false);
  command<[BenchArea | undefined, { photos?: string; size?: number }]>(
    'bench',
    'measures, as ratios',
    async (...asked) => {
      // Read only when it is asked for: it brings TensorFlow.js and sharp with it, which no other command needs here.
      const { benchCommand } = await import('./bench/bench-command.ts');
      return await benchCommand(...asked);
    },
  )
    .addArgument(program.createArgument('[area]', 'what to measure').choices(BENCH_AREAS))
    .option('--photos <dir>', 'photos to measure with; made by code where none are given')
    .option('--size <count>', 'how many pictures', positiveInteger);
  return program;
}

/** One line on standard error, with the code of `docs/errors.md`. */
function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  if (error instanceof UsageError) {
    process.stderr.write(`error: ${error.message}\n(semblance --help lists the commands)\n`);
    return WRONG_USAGE;
  }
  // the contract refused what was asked for: too many images, a path that is too long
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
    process.stderr.write('error: too many images, or a path that is too long (semblance --help lists the commands)\n');
    return WRONG_USAGE;
  }
  const known = error instanceof ServiceError || error instanceof ORPCError;
  const code = known ? String(error.code) : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${code}: ${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  if (!known && error instanceof Error && process.env['SEMBLANCE_DEBUG'])
    process.stderr.write(`${error.stack ?? ''}\n`);
  return FAILED;
}

async function main(): Promise<number> {
  let exitCode = 0;
  try {
    await buildProgram((code) => (exitCode = code)).parseAsync();
    return exitCode;
  } catch (error) {
    return reportError(error);
  }
}

// `semblance similar … | head`: the reader has had enough, which is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : FAILED));

process.exitCode = await main();
