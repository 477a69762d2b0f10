import { isAbsolute, relative, sep } from 'node:path';

/** `path` relative to `folder` with `/`, or null where it does not lie in it. '' for the folder itself. */
export function pathInside(folder: string, path: string): string | null {
  const inside = relative(folder, path);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return null;
  return sep === '/' ? inside : inside.split(sep).join('/');
}
