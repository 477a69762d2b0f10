import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '../contract/errors.ts';

/** Files that come with the program, and where they lie in a checkout and inside `SEMBLANCE_RESOURCES`. */
const PLACES = {
  encoder: { checkout: 'out/encoder', packaged: 'encoder', made: true },
  projection: { checkout: 'resources', packaged: '.', made: false },
  places: { checkout: 'resources', packaged: '.', made: false },
} as const;

/**
 * A file of the built-in encoder (`builtin.onnx`, `builtin.json`), of its projection, or the list of cities.
 *
 * Packaged programs say where their resources are in `SEMBLANCE_RESOURCES`; otherwise it is looked up in the checkout that
 * this file, or the built chunk with it, belongs to.
 *
 * @throws ServiceError ENCODER_FAILED where `file` is not there, with what to do about it
 */
export function resourceFile(place: keyof typeof PLACES, file: string): string {
  const { checkout, packaged, made } = PLACES[place];
  const resources = process.env['SEMBLANCE_RESOURCES'];
  const folder = resources === undefined ? path.join(projectRoot(), checkout) : path.join(resources, packaged);
  const location = path.join(folder, file);
  if (existsSync(location)) return location;
  const advice = made && resources === undefined ? 'run `npm run build`' : 'install Semblance again';
  throw new ServiceError('ENCODER_FAILED', `${location} is missing: ${advice}`);
}

/** The folder of the package.json named "semblance" above this file. */
export function projectRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest)) {
      const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string };
      if (name === 'semblance') return folder;
    }
    const parent = path.dirname(folder);
    if (parent === folder) throw new ServiceError('ENCODER_FAILED', 'the program does not find its own folder');
    folder = parent;
  }
}
