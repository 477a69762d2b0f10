import type { ServiceClient } from '../../contract/contract.ts';
import type { LibraryExport, LibraryImport } from '../../contract/schemas.ts';
import { problemOf } from './error-sentence.ts';
import { counted, fileName } from './phrases.ts';

interface ExchangeListener {
  /** Something was done; `undo` takes back what can be. */
  told?(sentence: string, undo?: () => void): void;
  /** Groups and versions are others from now on. */
  imported?(): void;
}

/** What a person made, to a file and back. */
export class Exchange {
  working = $state<'export' | 'import' | null>(null);
  /** What came of the last; empty before any. */
  outcome = $state('');
  readonly #listener: ExchangeListener;
  #client: ServiceClient | null = null;

  constructor(listener: ExchangeListener) {
    this.#listener = listener;
  }

  connect(client: ServiceClient | null): void {
    this.#client = client;
    this.working = null;
  }

  async exportTo(path: string): Promise<void> {
    const done = await this.#do('export', (client) => client.library.exportTo({ path }));
    if (done) this.outcome = exportLine(done);
  }

  async importFrom(path: string): Promise<void> {
    const done = await this.#do('import', (client) => client.library.importFrom({ path }));
    if (!done) return;
    this.outcome = importLine(done);
    this.#listener.imported?.();
    const undo = done.labels > 0 ? () => void this.#undo(done.change) : undefined;
    this.#listener.told?.(`${fileName(path)} is imported.`, undo);
  }

  async #undo(change: number): Promise<void> {
    const undone = await this.#do('import', (client) => client.groups.undo({ change }));
    if (!undone) return;
    this.outcome = 'The groups and labels of the import are taken back.';
    this.#listener.imported?.();
  }

  async #do<Result>(
    what: 'export' | 'import',
    request: (client: ServiceClient) => Promise<Result>,
  ): Promise<Result | null> {
    const client = this.#client;
    if (client === null || this.working !== null) return null;
    this.working = what;
    this.outcome = '';
    try {
      return await request(client);
    } catch (error) {
      if (client === this.#client) this.outcome = problemOf(error).sentence;
      return null;
    } finally {
      if (client === this.#client) this.working = null;
    }
  }
}

function exportLine({ path, groups, labels, clusters, decisions, rules, models, left }: LibraryExport): string {
  const parts = [
    counted(groups, 'group'),
    counted(labels, 'label'),
    counted(clusters, 'named cluster'),
    ...decidedParts(decisions, rules, ''),
    counted(models, 'taught version'),
  ].join(', ');
  const stayed = left > 0 ? ` ${counted(left, 'version')} could not be read and stayed here.` : '';
  return `${parts}: written to ${fileName(path)}.${stayed}`;
}

/** Few people have these: none is not told. */
function decidedParts(decisions: number, rules: number, which: '' | 'new '): string[] {
  return [
    ...(decisions > 0 ? [`${counted(decisions, `${which}decision`)} about duplicates`] : []),
    ...(rules > 0 ? [`${counted(rules, `${which}rule`)} about what is left out`] : []),
  ];
}

function importLine({ groups, labels, clusters, decisions, rules, models, missing }: LibraryImport): string {
  const parts = [
    counted(groups, 'group'),
    counted(labels, 'new label'),
    counted(clusters, 'new named cluster'),
    ...decidedParts(decisions, rules, 'new '),
    counted(models, 'new version'),
  ].join(', ');
  const away =
    missing > 0
      ? ` ${counted(missing, 'picture')} of the file are not in this library: index them and import it again.`
      : '';
  return `${parts}.${away}`;
}
