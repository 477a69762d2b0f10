import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLaunchOptions } from './launch-options.ts';

const APP = '/opt/semblance';

describe('parseLaunchOptions', () => {
  it('takes the library and folders, and passes over switches and the application folder', () => {
    const argv = ['electron', '--inspect=0', '--no-sandbox', APP, '--library', '/tmp/l', 'photos', '/more'];
    expect(parseLaunchOptions(argv, {}, APP)).toEqual({ library: '/tmp/l', folders: [resolve('photos'), '/more'] });
  });

  it('reads --library=DIR', () => {
    expect(parseLaunchOptions(['electron', APP, '--library=/tmp/a=b'], {}, APP).library).toBe('/tmp/a=b');
  });

  it('takes the library of the environment unless the option names one', () => {
    const env = { SEMBLANCE_LIBRARY: '/env' };
    expect(parseLaunchOptions(['electron', APP], env, APP).library).toBe('/env');
    expect(parseLaunchOptions(['electron', APP, '--library', '/l'], env, APP).library).toBe('/l');
    expect(parseLaunchOptions(['electron', APP, '--library'], env, APP).library).toBe('/env');
  });

  it('leaves the default to the service', () => {
    expect(parseLaunchOptions(['semblance'], {}, APP)).toEqual({ library: undefined, folders: [] });
  });
});
