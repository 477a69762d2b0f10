import { resolve } from 'node:path';
import type { SharedOptions } from './shared-options.ts';
import { plural } from './format.ts';
import { Output } from './output.ts';
import { withLibrary, withReadLibrary } from './session.ts';

/** Writes everything that a person made as one file: see docs/library-file.md. */
export async function exportLibraryCommand(shared: SharedOptions, path: string): Promise<number> {
  const output = new Output(shared.json);
  const done = await withReadLibrary({ libraryFolder: shared.library }, ({ client }) =>
    client.library.exportTo({ path: resolve(path) }),
  );
  if (shared.json) output.value({ type: 'export', ...done });
  else {
    const { groups, labels, clusters, decisions, rules, models, left } = done;
    const made = `${plural(groups, 'group')} with ${plural(labels, 'label')}, ${plural(clusters, 'named cluster')}`;
    const said = `${plural(decisions, 'decision')} about duplicates, ${plural(rules, 'rule')} about what is left out`;
    output.line(`${made}, ${said}, ${plural(models, 'version')}: ${done.path}`);
    if (left > 0) output.line(`${plural(left, 'version')} with an encoder of its own stayed here.`);
  }
  return 0;
}

/** Merges such a file into the library. */
export async function importLibraryCommand(shared: SharedOptions, path: string): Promise<number> {
  const output = new Output(shared.json);
  const done = await withLibrary({ libraryFolder: shared.library }, ({ client }) =>
    client.library.importFrom({ path: resolve(path) }),
  );
  if (shared.json) output.value({ type: 'import', ...done });
  else {
    const { groups, labels, clusters, decisions, rules, models, missing } = done;
    const made = `${plural(groups, 'group')}, ${plural(labels, 'new label')}, ${plural(clusters, 'new name')} of clusters`;
    const said = `${plural(decisions, 'new decision')} about duplicates, ${plural(rules, 'new rule')} about what is left out`;
    output.line(`${made}, ${said}, ${plural(models, 'new version')}.`);
    if (missing > 0) {
      output.line(`${plural(missing, 'photo')} of the file are not in this library: index them and import it again.`);
    }
    if (labels > 0) output.line('`semblance groups undo` takes it back.');
  }
  return 0;
}
