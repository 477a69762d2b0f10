import type { SharedOptions } from '../commands.ts';

export async function benchCommand(
  _shared: SharedOptions,
  _area: 'index' | 'search' | undefined,
  _options: { photos?: string; size?: number },
): Promise<number> {
  return Promise.resolve(0);
}
