import type { EncoderDefinition } from '../../compute/encoders/definition.ts';
import type { InstallOutcome } from '../../compute/encoders/install.ts';
import { removeEncoder } from '../../compute/encoders/installed.ts';
import { requireLicence } from '../../compute/encoders/licence.ts';
import type { OwnModelAnswers } from '../../compute/encoders/own-model.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { EncodersEvent, InstallProgress, ModelAnswers } from '../../contract/encoder-schemas.ts';
import type { ProgressTeller } from './progress-teller.ts';

export interface InstallRequest {
  readonly path: string;
  readonly id?: string | undefined;
  readonly acceptLicence: boolean;
  readonly answers: ModelAnswers;
}

/** Installing and downloading encoders, one at a time. Nothing is asked of the network but by {@link download}. */
export class EncoderInstalls {
  readonly #models: string;
  readonly #registry: readonly EncoderDefinition[];
  readonly #httpHosts: readonly string[];
  readonly #teller: ProgressTeller<EncodersEvent>;
  #progress: InstallProgress | null = null;
  #download: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;

  /** @param httpHosts hosts that may be asked by http: none but in tests */
  constructor(
    models: string,
    registry: readonly EncoderDefinition[],
    httpHosts: readonly string[],
    teller: ProgressTeller<EncodersEvent>,
  ) {
    this.#models = models;
    this.#registry = registry;
    this.#httpHosts = httpHosts;
    this.#teller = teller;
  }

  /** What is being installed now. */
  get progress(): InstallProgress | null {
    return this.#progress;
  }

  /** @throws ServiceError ENCODER_BUSY, and what `installFromPath` throws */
  async install({ path, id, acceptLicence, answers }: InstallRequest): Promise<InstallOutcome> {
    this.#begin(id ?? null, path, 'copy');
    try {
      const onProgress = (bytes: number, total: number): void => {
        const phase = bytes < total ? 'copy' : 'install';
        this.#set({ encoder: id ?? null, name: path, phase, file: path, bytes, total, rate: 0, secondsLeft: null });
      };
      // ONNX Runtime comes with it
      const { installFromPath } = await import('../../compute/encoders/install.ts');
      return await installFromPath(this.#models, path, {
        id,
        acceptLicence,
        answers: given(answers),
        onProgress,
      });
    } finally {
      this.#end();
    }
  }

  /** Starts a download. @throws ServiceError ENCODER_BUSY, ENCODER_UNKNOWN, ENCODER_LICENCE */
  download(id: string, acceptLicence: boolean): void {
    const definition = this.#registry.find((known) => known.id === id);
    if (!definition || definition.source === 'built-in') throw new ServiceError('ENCODER_UNKNOWN', id);
    requireLicence(definition, acceptLicence);
    this.#begin(id, definition.name, 'download');
    const abort = new AbortController();
    const ended = this.#run(definition, acceptLicence, abort.signal).then((event) => {
      this.#download = null;
      this.#end();
      this.#teller.tell(event);
    });
    this.#download = { abort, ended };
  }

  /** Gives how it ended, as what is told of it. */
  async #run(definition: EncoderDefinition, acceptLicence: boolean, signal: AbortSignal): Promise<EncodersEvent> {
    const { id, name } = definition;
    try {
      const { downloadEncoder } = await import('../../compute/encoders/download.ts');
      const { firstSeen } = await downloadEncoder(this.#models, definition, {
        acceptLicence,
        signal,
        httpHosts: this.#httpHosts,
        onProgress: ({ phase, file, bytes, total, bytesPerSecond, secondsLeft }) =>
          this.#set({ encoder: id, name, phase, file, bytes, total, rate: bytesPerSecond, secondsLeft }),
      });
      return { type: 'installed', encoder: id, name, firstSeen: [...firstSeen] };
    } catch (error) {
      const { code, message } = ServiceError.from(error);
      return { type: 'failed', what: 'download', encoder: id, code, message };
    }
  }

  /** Resolves when the download has stopped. What was loaded is kept. */
  async cancel(): Promise<void> {
    this.#download?.abort.abort();
    await this.#download?.ended;
  }

  /** @throws ServiceError ENCODER_BUSY, ENCODER_NOT_INSTALLED */
  async remove(id: string): Promise<void> {
    if (this.#progress?.encoder === id) throw new ServiceError('ENCODER_BUSY', this.#progress.name);
    await removeEncoder(this.#models, id);
    this.#teller.listChanged();
  }

  #begin(encoder: string | null, name: string, phase: InstallProgress['phase']): void {
    if (this.#progress) throw new ServiceError('ENCODER_BUSY', this.#progress.name);
    this.#set({ encoder, name, phase, file: '', bytes: 0, total: 0, rate: 0, secondsLeft: null });
  }

  #set(progress: InstallProgress): void {
    this.#progress = progress;
    this.#teller.changed();
  }

  #end(): void {
    this.#progress = null;
    this.#teller.listChanged();
  }
}

/** The answers that were given: an undefined one is none. */
function given(answers: ModelAnswers): OwnModelAnswers {
  return Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== undefined));
}
