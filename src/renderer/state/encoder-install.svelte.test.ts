import { ORPCError } from '@orpc/client';
import { describe, expect, it, vi } from 'vitest';
import type { InstallResult } from '../../contract/encoder-schemas.ts';
import { EncoderInstall } from './encoder-install.svelte.ts';
import { encoderOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';

const installed: InstallResult = { kind: 'installed', encoder: encoderOf({ id: 'own', name: 'Own' }), firstSeen: [] };
const range = { key: 'range', question: 'Which range?', choices: ['unit', 'clip'], suggestion: 'clip' } as const;

function installing() {
  const service = new FakeService();
  const install = new EncoderInstall();
  install.connect(service.client());
  return { service, install };
}

describe('EncoderInstall', () => {
  it('asks what a model does not say, and goes on with all answers', async () => {
    const { service, install } = installing();
    const inputs: unknown[] = [];
    service.install = (input) => {
      inputs.push(input);
      const asked: InstallResult[] = [
        { kind: 'questions', needs: [{ ...range, choices: [...range.choices] }] },
        { kind: 'questions', needs: [{ key: 'output', question: 'Which?', choices: ['a'], suggestion: 'a' }] },
      ];
      return Promise.resolve(asked[inputs.length - 1] ?? installed);
    };
    const begun = install.begin('/models/net.onnx', null);
    expect(install.current).toEqual({ step: 'working', name: 'net.onnx' });
    await begun;
    expect(install.current).toMatchObject({ step: 'questions', needs: [{ key: 'range' }] });
    await install.answer({ range: 'unit', name: 'Net' });
    await install.answer({ output: 'a' });
    expect(inputs[0]).not.toHaveProperty('id');
    expect(inputs[2]).toMatchObject({ path: '/models/net.onnx', answers: { range: 'unit', name: 'Net', output: 'a' } });
    expect(install.current).toEqual({ step: 'installed', id: 'own', name: 'Own', firstSeen: [] });
    install.dismiss();
    expect(install.current).toBeNull();
  });

  it('takes up what was chosen before the library was open', async () => {
    const install = new EncoderInstall();
    await install.begin('/models/net.onnx', null);
    expect(install.current).toEqual({ step: 'working', name: 'net.onnx' });
    const service = new FakeService();
    service.install = ({ path }) => {
      expect(path).toBe('/models/net.onnx');
      return Promise.resolve(installed);
    };
    install.connect(service.client());
    await vi.waitFor(() => expect(install.current).toMatchObject({ step: 'installed', id: 'own' }));
  });

  it('asks for a yes to a licence once, and says what went wrong', async () => {
    const { service, install } = installing();
    service.install = ({ acceptLicence, id }) => {
      expect(id).toBe('mobileclip-s0');
      return Promise.reject(
        acceptLicence === true
          ? new ORPCError('ENCODER_DAMAGED', { data: { detail: 'text.onnx' } })
          : new ORPCError('ENCODER_LICENCE', { data: { detail: 'research only' } }),
      );
    };
    await install.begin('/models/mobileclip', 'mobileclip-s0');
    expect(install.current).toMatchObject({
      step: 'licence',
      sentence: expect.stringContaining('research only') as string,
    });
    await install.agree();
    expect(install.current).toMatchObject({ step: 'failed', sentence: expect.stringContaining('text.onnx') as string });
    service.install = () => Promise.resolve(installed);
    await install.retry();
    expect(install.current?.step).toBe('installed');
  });

  it('says nothing of one that was replaced, or whose service is gone', async () => {
    const { service, install } = installing();
    const slow = Promise.withResolvers<InstallResult>();
    service.install = () => slow.promise;
    const first = install.begin('/models/slow', null);
    service.install = () => Promise.reject(new Error('It is no model.'));
    await install.begin('/models/fast', null);
    slow.resolve(installed);
    await first;
    expect(install.current).toEqual({ step: 'failed', name: 'fast', sentence: 'It is no model.' });

    service.install = () => new Promise(() => undefined);
    void install.retry();
    install.connect(service.client());
    expect(install.current).toBeNull();
  });
});
