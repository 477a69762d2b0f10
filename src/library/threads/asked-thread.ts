import { Worker, type MessagePort } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';

interface Asked<Question> {
  readonly number: number;
  readonly question: Question;
}

type Answered<Answer> = { readonly number: number } & ({ readonly answer: Answer } | { readonly problem: string });

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

interface AskedThreadOptions {
  /** The worker's file; its side of the conversation is {@link answerQuestions}. */
  readonly file: URL;
  /** What it is started with. */
  readonly workerData: unknown;
  /** It is kept, with what it holds, for so long after the last answer. */
  readonly keptMs: number;
  /** What is said where it ends before it has answered. */
  readonly ended: string;
}

/**
 * A thread that is asked one question after another. It is started by the first, holds no process while it has none, and ends when nobody has asked
 * for a while; the next question starts another.
 */
export class AskedThread<Question, Answer> {
  readonly #options: AskedThreadOptions;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #worker: Worker | null = null;
  #timer: NodeJS.Timeout | null = null;
  #number = 0;
  #isRetired = false;

  constructor(options: AskedThreadOptions) {
    this.#options = options;
  }

  /** @throws Error with what the thread found wrong; ServiceError INTERNAL where it ended, as it does with {@link close} */
  ask(question: Question): Promise<Answer> {
    if (this.#timer) clearTimeout(this.#timer);
    const number = ++this.#number;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.set(number, { resolve, reject });
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage({ number, question } satisfies Asked<Question>);
    return promise;
  }

  /** Ends it as soon as all that was asked is answered. */
  retire(): void {
    this.#isRetired = true;
    if (this.#waiting.size === 0) void this.close();
  }

  /** Ends it at once. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
    this.#rejectAll(new ServiceError('INTERNAL', this.#options.ended));
  }

  #start(): Worker {
    const { file, workerData, ended } = this.#options;
    const worker = new Worker(file, { workerData });
    worker.on('message', (answered: Answered<Answer>) => this.#take(worker, answered));
    const gone = (error: Error): void => {
      // one that was closed has told so already
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#rejectAll(error);
    };
    worker.on('error', (error) => gone(ServiceError.from(error)));
    worker.on('exit', () => gone(new ServiceError('INTERNAL', ended)));
    return worker;
  }

  #take(worker: Worker, answered: Answered<Answer>): void {
    const waiting = this.#waiting.get(answered.number);
    this.#waiting.delete(answered.number);
    if ('answer' in answered) waiting?.resolve(answered.answer);
    else waiting?.reject(new Error(answered.problem));
    if (this.#waiting.size > 0) return;
    worker.unref();
    if (this.#isRetired) void this.close();
    else this.#endLater();
  }

  #endLater(): void {
    this.#timer = setTimeout(() => void this.close(), this.#options.keptMs);
    this.#timer.unref();
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** The thread's side: answers each question of an {@link AskedThread}. */
export function answerQuestions<Question, Answer>(
  port: MessagePort | null,
  answer: (question: Question) => Answer | Promise<Answer>,
): void {
  const answerOne = async ({ number, question }: Asked<Question>): Promise<Answered<Answer>> => {
    try {
      return { number, answer: await answer(question) };
    } catch (error) {
      return { number, problem: error instanceof Error ? error.message : String(error) };
    }
  };
  port?.on('message', (asked: Asked<Question>) => void answerOne(asked).then((answered) => port.postMessage(answered)));
}
