import type {
  ComputeDevice,
  ComputeReport,
  EncoderEntry,
  EncodingProgress,
  InstallProgress,
  ModelQuestion,
} from '../../contract/encoder-schemas.ts';
import type { BackgroundHold } from '../../contract/job-schemas.ts';
import { counted, duration, fileName, fileSize, number } from './phrases.ts';

const LANGUAGES = new Intl.DisplayNames('en', { type: 'language' });
/** From so many on, nobody wants the list. */
const MANY_LANGUAGES = 6;

/** "Built-in (MobileNetV3, COCO detector)" → "Built-in": what it is called in the middle of a sentence. */
export function shortName(name: string): string {
  return name.replace(/ \(.*\)$/, '');
}

/** 1310 → "1,310 pictures/s"; 0.42 → "0.4 pictures/s". */
function pictureRate(rate: number): string {
  return `${perSecond(rate)} pictures/s`;
}

function perSecond(rate: number): string {
  return rate < 10 ? number(Math.round(rate * 10) / 10) : number(Math.round(rate));
}

/** "about 5 min left": no more exact than an estimate is. */
export function timeLeft(seconds: number): string {
  if (seconds < 5) return 'a few seconds left';
  return `about ${duration(seconds < 90 ? Math.ceil(seconds / 5) * 5 : Math.round(seconds / 60) * 60)} left`;
}

/** "English", "English and German", "many languages". */
function languagesLine(languages: readonly string[]): string {
  if (languages.includes('mul') || languages.length >= MANY_LANGUAGES) return 'many languages';
  return new Intl.ListFormat('en').format(languages.map((tag) => LANGUAGES.of(tag) ?? tag));
}

/** What an encoder reads beside pictures: "Reads words in English", "Pictures only". */
export function wordsLine({ readsWords, languages }: Pick<EncoderEntry, 'readsWords' | 'languages'>): string {
  if (!readsWords) return 'Pictures only';
  return languages.length === 0 ? 'Reads words' : `Reads words in ${languagesLine(languages)}`;
}

/** Licence, size and what it reads: the facts under an encoder's name. */
export function factsLine(encoder: EncoderEntry): string {
  const size = encoder.size === null ? [] : [`${fileSize(encoder.size)}${encoder.installed ? '' : ' to download'}`];
  return [wordsLine(encoder), ...size, `Licence: ${encoder.licence.name}`].join(' · ');
}

export function stateWord(encoder: EncoderEntry): string {
  if (encoder.active) return 'In use';
  if (encoder.upcoming) return 'Taking over';
  return { ready: 'Installed', available: 'Not installed', damaged: 'Damaged' }[encoder.state];
}

function doneOf({ done, total }: EncodingProgress): string {
  return `${number(done)} of ${counted(total, 'picture')}`;
}

/** Where the library stands with another encoder, and what searches use meanwhile. */
export function encodingLine(progress: EncodingProgress, active: string): string {
  const meanwhile = progress.takesOver ? ` Searches go on with ${shortName(active)}.` : '';
  return `${shortName(progress.name)}: ${encodingWords(progress)}.${meanwhile}`;
}

const HELD: Readonly<Record<BackgroundHold, string>> = {
  battery: 'for mains power',
  use: 'until nobody uses the computer',
};

function encodingWords(progress: EncodingProgress): string {
  if (progress.paused) return `paused at ${doneOf(progress)}`;
  if (progress.waiting) return `${doneOf(progress)}. It waits for the index run to end`;
  if (progress.heldBy !== null) return `${doneOf(progress)}. It waits ${HELD[progress.heldBy]}`;
  if (progress.phase === 'indexing') return `${doneOf(progress)}. The search index is being built`;
  const parts = [doneOf(progress)];
  if (progress.rate > 0) parts.push(pictureRate(progress.rate));
  if (progress.secondsLeft !== null) parts.push(timeLeft(progress.secondsLeft));
  return parts.join(', ');
}

/** The same for the narrow line of the sidebar: "SigLIP 2: 1,204 of 5,120 · 12/s · 5 min left". */
export function encodingShort(progress: EncodingProgress): string {
  const done = `${number(progress.done)} of ${number(progress.total)}`;
  const name = shortName(progress.name);
  if (progress.paused) return `${name}: paused at ${done}`;
  if (progress.waiting || progress.heldBy !== null) return `${name}: waits at ${done}`;
  if (progress.phase === 'indexing') return `${name}: building the index`;
  const parts = [`${name}: ${done}`];
  if (progress.rate > 0) parts.push(`${perSecond(progress.rate)}/s`);
  if (progress.secondsLeft !== null) parts.push(timeLeft(progress.secondsLeft).replace('about ', ''));
  return parts.join(' · ');
}

/** "12 pictures cannot be read now, and are encoded when they are back."; empty where there are none. */
export function skippedLine({ skipped }: Pick<EncodingProgress, 'skipped'>): string {
  if (skipped === 0) return '';
  return skipped === 1
    ? '1 picture cannot be read now, and is encoded when it is back.'
    : `${number(skipped)} pictures cannot be read now, and are encoded when they are back.`;
}

/** What is being installed and how far that is. */
export function installLine(progress: InstallProgress): string {
  const name = fileName(progress.name);
  if (progress.phase === 'install') return `${name}: checking the files, and trying it on ten pictures`;
  const verb = progress.phase === 'download' ? 'Downloading' : 'Copying';
  if (progress.total === 0) return `${verb} ${name}`;
  const parts = [`${verb} ${name}: ${fileSize(progress.bytes)} of ${fileSize(progress.total)}`];
  if (progress.rate > 0) parts.push(`${fileSize(progress.rate)}/s`);
  if (progress.secondsLeft !== null) parts.push(timeLeft(progress.secondsLeft));
  return parts.join(', ');
}

/** "Encoding on CPU, 2 threads, 310 pictures/s." */
export function computeLine({ provider, rate }: Pick<ComputeReport, 'provider' | 'rate'>): string {
  return rate === null || rate === 0 ? `Encoding on ${provider}.` : `Encoding on ${provider}, ${pictureRate(rate)}.`;
}

/** What is known of a device: its rate, or why it cannot be used. */
export function deviceLine({ state, rate, reason }: ComputeDevice): string {
  if (state === 'failed') return reason === null ? 'Cannot be used.' : `Cannot be used: ${reason}`;
  if (rate !== null) return pictureRate(rate);
  return state === 'untried' ? 'Not tried yet' : 'Not measured';
}

const CHOICE_WORDS: Partial<Record<ModelQuestion['key'], Readonly<Record<string, string>>>> = {
  range: {
    unit: '0 to 1',
    signed: '-1 to 1',
    imagenet: 'ImageNet’s mean and deviation (most models)',
    clip: 'CLIP’s mean and deviation',
    bytes: '0 to 255',
  },
  layout: { NCHW: 'Before width and height (NCHW, as PyTorch)', NHWC: 'After width and height (NHWC, as TensorFlow)' },
  pooling: { mean: 'Their mean', cls: 'The first (cls)' },
};

/** A possible answer to a question about a model, for people. */
export function choiceWords(key: ModelQuestion['key'], choice: string): string {
  return CHOICE_WORDS[key]?.[choice] ?? choice;
}
