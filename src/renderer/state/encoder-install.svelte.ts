import type { ServiceClient } from '../../contract/contract.ts';
import type { EncoderEntry, InstallResult, ModelAnswers, ModelQuestion } from '../../contract/encoder-schemas.ts';
import { problemOf } from './error-sentence.ts';
import { fileName } from './phrases.ts';

type FirstSeen = Extract<InstallResult, { kind: 'installed' }>['firstSeen'];

/** What is installed: a file or folder, as one of the known encoders where `id` says which. */
interface Source {
  readonly path: string;
  readonly id: string | null;
}

export type InstallStep =
  | { readonly step: 'working'; readonly name: string }
  /** The model does not say these: nothing is installed until they are answered. */
  | { readonly step: 'questions'; readonly name: string; readonly needs: readonly ModelQuestion[] }
  /** The licence restricts the use; the sentence says how. */
  | { readonly step: 'licence'; readonly sentence: string }
  | { readonly step: 'failed'; readonly name: string; readonly sentence: string }
  /** It is installed and stood its trial. */
  | { readonly step: 'installed'; readonly id: string; readonly name: string; readonly firstSeen: FirstSeen };

/** Installing from a file or folder: what is asked on the way, and how it ended. */
export class EncoderInstall {
  current = $state.raw<InstallStep | null>(null);
  #client: ServiceClient | null = null;
  #source: Source | null = null;
  #acceptLicence = false;
  #answers: ModelAnswers = {};

  connect(client: ServiceClient): void {
    const chosenBefore = this.#client === null;
    this.#client = client;
    if (this.current?.step !== 'working') return;
    // A file can be chosen while the library still opens: it is taken up now. Otherwise what was under way is gone with the
    // service that did it.
    if (chosenBefore) void this.#run();
    else this.dismiss();
  }

  /** Installs from a file or folder, as the known encoder `id` where that is given. */
  begin(path: string, id: string | null): Promise<void> {
    this.#source = { path, id };
    this.#acceptLicence = false;
    this.#answers = {};
    return this.#run();
  }

  /** Goes on with what the model did not say. */
  answer(answers: ModelAnswers): Promise<void> {
    this.#answers = { ...this.#answers, ...answers };
    return this.#run();
  }

  /** Goes on with a yes to the licence. */
  agree(): Promise<void> {
    this.#acceptLicence = true;
    return this.#run();
  }

  /** The same once more, after a failure. */
  retry(): Promise<void> {
    return this.#run();
  }

  dismiss(): void {
    this.current = null;
    this.#source = null;
  }

  /** Shows how a download ended well. */
  showInstalled(encoder: Pick<EncoderEntry, 'id' | 'name'>, firstSeen: FirstSeen): void {
    this.current = { step: 'installed', id: encoder.id, name: encoder.name, firstSeen };
  }

  async #run(): Promise<void> {
    const client = this.#client;
    const source = this.#source;
    if (source === null) return;
    const name = fileName(source.path);
    this.current = { step: 'working', name };
    if (client === null) return;
    let next: InstallStep;
    try {
      const result = await client.encoders.install({
        path: source.path,
        acceptLicence: this.#acceptLicence,
        answers: this.#answers,
        ...(source.id === null ? {} : { id: source.id }),
      });
      next =
        result.kind === 'questions'
          ? { step: 'questions', name, needs: result.needs }
          : { step: 'installed', id: result.encoder.id, name: result.encoder.name, firstSeen: result.firstSeen };
    } catch (error) {
      const { code, sentence } = problemOf(error);
      const asks = code === 'ENCODER_LICENCE' && !this.#acceptLicence;
      next = asks ? { step: 'licence', sentence } : { step: 'failed', name, sentence };
    }
    // Another file may have been chosen, or the panel closed, meanwhile.
    if (this.#source === source && this.#client === client) this.current = next;
  }
}
