import { describe, expect, it, vi } from 'vitest';
import { FakeService } from './fake-service.test-fixture.ts';
import { Ignoring } from './ignoring.svelte.ts';

async function connected() {
  const service = new FakeService();
  const told: { sentence: string; undo: () => void }[] = [];
  const changes: string[] = [];
  const ignoring = new Ignoring({
    told: (sentence, undo) => told.push({ sentence, undo }),
    problem: (sentence) => changes.push(sentence),
    changed: () => changes.push('changed'),
  });
  await ignoring.connect(service.client());
  return { service, ignoring, told, changes };
}

describe('Ignoring', () => {
  it('leaves a file out, and takes that back', async () => {
    const { ignoring, told, changes } = await connected();
    await ignoring.add([{ kind: 'file', path: '/photos/a.pdf' }]);
    expect(ignoring.rules).toMatchObject([{ rule: { path: '/photos/a.pdf' } }]);
    expect(told[0]?.sentence).toBe('a.pdf: left out from now on.');
    told[0]?.undo();
    await vi.waitFor(() => expect(ignoring.rules).toEqual([]));
    expect(changes).toEqual(['changed', 'changed']);
  });

  it('removes a rule, and takes that back', async () => {
    const { ignoring, told } = await connected();
    await ignoring.add([{ kind: 'folder', name: 'Thumbs' }]);
    const [rule] = ignoring.rules;
    if (rule) await ignoring.remove(rule);
    expect(ignoring.rules).toEqual([]);
    told.at(-1)?.undo();
    await vi.waitFor(() => expect(ignoring.rules).toMatchObject([{ rule: { name: 'Thumbs' } }]));
  });

  it('asks about what is typed when it stands still, and shows no answer to what was typed before', async () => {
    const { service, ignoring } = await connected();
    const answers = [5, 7];
    const client = service.client();
    const asked: string[] = [];
    vi.spyOn(client.ignore, 'preview').mockImplementation(async ({ rule }) => {
      asked.push(JSON.stringify(rule));
      if (asked.length === 1) ignoring.type('pattern', '*.png');
      await Promise.resolve();
      return { files: answers[asked.length - 1] ?? 0, pictures: 0, examples: [], complete: true };
    });
    await ignoring.connect(client);
    ignoring.type('pattern', '*.p');
    ignoring.type('pattern', '*.pn');
    await vi.waitFor(() => expect(ignoring.preview?.files).toBe(7));
    expect(asked).toEqual(['{"kind":"pattern","pattern":"*.pn"}', '{"kind":"pattern","pattern":"*.png"}']);
    await ignoring.addDraft();
    expect(ignoring.draft).toEqual({ kind: 'pattern', text: '' });
    expect(ignoring.preview).toBeNull();
    expect(ignoring.rules).toMatchObject([{ rule: { pattern: '*.png' } }]);
  });

  it('asks nothing where nothing is typed that is a rule', async () => {
    const { service, ignoring } = await connected();
    ignoring.type('size', 'large');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(service.asked.filter((each) => each.startsWith('preview'))).toEqual([]);
  });
});
