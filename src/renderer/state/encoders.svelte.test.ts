import { ORPCError } from '@orpc/client';
import { describe, expect, it, vi } from 'vitest';
import { Encoders } from './encoders.svelte.ts';
import { encoderOf, encodersStateOf, encodingOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';

const clip = encoderOf({ id: 'clip', name: 'CLIP (ViT-B/32)', readsWords: true });

async function connected() {
  const service = new FakeService();
  service.encoders = [encoderOf({ active: true }), clip];
  const told: string[] = [];
  const problems: string[] = [];
  let swaps = 0;
  const encoders = new Encoders({
    told: (sentence) => told.push(sentence),
    problem: (sentence) => problems.push(sentence),
    swapped: () => {
      swaps++;
      return Promise.resolve();
    },
  });
  void encoders.connect(service.client());
  await vi.waitFor(() => expect(encoders.loaded).toBe(true));
  return { service, encoders, told, problems, swaps: () => swaps };
}

describe('Encoders', () => {
  it('reads the list, and again when it has changed', async () => {
    const { service, encoders } = await connected();
    expect(encoders.active?.id).toBe('builtin');
    expect(encoders.readers.map(({ id }) => id)).toEqual(['clip']);
    service.tellOfEncoders(encodersStateOf({ revision: 1 }));
    service.encoders = [clip];
    service.tellOfEncoders(encodersStateOf({ revision: 2 }));
    await vi.waitFor(() => expect(encoders.list).toEqual([clip]));
    expect(service.asked.filter((each) => each === 'encoders')).toHaveLength(2);
  });

  it('shows pausing and stopping at once, before the service has answered', async () => {
    const { service, encoders } = await connected();
    service.tellOfEncoders(encodersStateOf({ encoding: encodingOf({ done: 3, secondsLeft: 9 }) }));
    await vi.waitFor(() => expect(encoders.encoding?.done).toBe(3));
    void encoders.pause();
    expect(encoders.encoding).toMatchObject({ paused: true, secondsLeft: null });
    void encoders.resume();
    expect(encoders.encoding?.paused).toBe(false);
    const stopped = encoders.stop();
    expect(encoders.stopping).toBe(true);
    await stopped;
    expect(encoders.stopping).toBe(false);
    expect(service.asked).toEqual(expect.arrayContaining(['pauseEncoding', 'resumeEncoding', 'use builtin']));
    encoders.disconnect();
    expect(encoders.encoding).toBeNull();
  });

  it('begins with another encoder, and tells when it has taken over', async () => {
    const { service, encoders, told, swaps } = await connected();
    const used = encoders.use('clip');
    expect(encoders.starting).toBe('clip');
    await used;
    expect(encoders.starting).toBeNull();
    service.tellOfEncoders({ type: 'swapped', encoder: 'clip', name: clip.name, skipped: 0 });
    await vi.waitFor(() => expect(told).toEqual(['Searches use CLIP now.']));
    expect(swaps()).toBe(1);
  });

  it('asks nothing of the network before a download is begun, and shows how one ended', async () => {
    const { service, encoders, told, problems } = await connected();
    expect(service.asked.filter((each) => each.startsWith('download'))).toEqual([]);
    await encoders.download('clip', true);
    expect(service.asked).toContain('download clip');
    const firstSeen = [{ path: 'model.onnx', sha256: 'ab'.repeat(32) }];
    service.tellOfEncoders({ type: 'installed', encoder: 'clip', name: clip.name, firstSeen });
    await vi.waitFor(() => expect(encoders.install.current).toMatchObject({ step: 'installed', firstSeen }));
    const failed = { type: 'failed', what: 'download', encoder: 'clip' } as const;
    service.tellOfEncoders({ ...failed, code: 'DOWNLOAD_CANCELLED', message: 'Cancelled.' });
    service.tellOfEncoders({ ...failed, code: 'DOWNLOAD_FAILED', message: 'It broke off.' });
    service.tellOfEncoders({ type: 'notice', message: 'The GPU is lost.' });
    await vi.waitFor(() => expect(problems).toEqual(['It broke off.', 'The GPU is lost.']));
    expect(told).toEqual(['CLIP is installed.', 'Cancelled.']);
  });

  it('removes files and features, and says what was refused', async () => {
    const { service, encoders, told, problems } = await connected();
    await encoders.remove(clip);
    await encoders.deleteFeatures(clip);
    expect(told).toEqual(['CLIP is removed.', 'The features of CLIP are deleted.']);
    service.refusals.set('removeEncoder clip', new ORPCError('ENCODER_IN_USE', { data: { detail: 'clip' } }));
    await encoders.remove(clip);
    expect(problems).toEqual(['This encoder is in use: clip. Switch to another one first.']);
  });

  it('says why the list could not be read', async () => {
    const { service, encoders } = await connected();
    service.refusals.set('encoders', new Error('The disk is gone.'));
    await encoders.refresh();
    expect(encoders.problem).toBe('The disk is gone.');
    service.refusals.clear();
    await encoders.refresh();
    expect(encoders.problem).toBeNull();
  });
});
