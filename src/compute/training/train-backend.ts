import util from 'node:util';
import { useBackend } from '../../similarity/index.ts';
import type { TrainDevice } from '../devices/device.ts';

/**
 * Makes a backend of TensorFlow.js the one of this worker. Once a worker: what WebGPU needs is put where pages have it.
 * @throws Error where the device cannot be had
 */
export async function useTrainDevice({ kind, adapter }: TrainDevice): Promise<void> {
  switch (kind) {
    case 'wasm':
    case 'cpu':
      return useBackend(kind);
    case 'webgpu':
      return useWebGpu(adapter);
    case 'node-gpu':
    case 'node':
      return useTensorFlow(`@tensorflow/tfjs-${kind}`);
  }
}

/** Dawn in the place of a browser: the backend looks for it when it is imported. */
async function useWebGpu(adapter: string | null): Promise<void> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create(adapter === null ? [] : [`adapter=${adapter}`]);
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  await import('@tensorflow/tfjs-backend-webgpu');
  await useBackend('webgpu');
}

/** The user's own installation of TensorFlow's library; it is no dependency, so nobody but Node resolves its name. */
async function useTensorFlow(name: string): Promise<void> {
  // Version 4.22 calls it, and Node 23 took it away.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined });
  await import(name);
  await useBackend('tensorflow');
}
