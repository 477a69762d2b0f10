/** What is said to and by `encode-worker.ts`. */
import type { EncodeModel } from './devices/encode-model.ts';
import type { EncodeDevice } from './devices/device.ts';

/** What the worker is started with. */
export interface EncodeWorkerData {
  readonly model: EncodeModel;
  readonly provider: EncodeDevice['provider'];
}

/** What it is sent: pictures as bytes. */
export interface EncodeRequest {
  readonly id: number;
  readonly input: Uint8Array;
}

/** Ends it, having released what it holds. */
export const CLOSE_WORKER = 'close';

/** What it answers: first `ready`, once; then a result or the reason of a failure for each request, in their order. */
export type EncodeAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly id: number; readonly output: Float32Array }
  | { readonly type: 'failure'; readonly id: number; readonly reason: string };
