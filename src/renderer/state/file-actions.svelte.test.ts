import { ORPCError } from '@orpc/client';
import { expect, it, vi } from 'vitest';
import { outcomeSentence, refusalLines, sizeLine, standingOf } from './action-phrases.ts';
import { actionPlanOf } from './answers.test-fixture.ts';
import { FakeService } from './fake-service.test-fixture.ts';
import { FileActions } from './file-actions.svelte.ts';

function connected() {
  const service = new FakeService();
  const told: string[] = [];
  const undos: (() => void)[] = [];
  const actions = new FileActions({
    told: (sentence, undo) => {
      told.push(sentence);
      if (undo) undos.push(undo);
    },
    problem: (sentence) => told.push(sentence),
  });
  actions.connect(service.client());
  return { service, actions, told, undos };
}

const PICTURES = [{ id: 1 }, { id: 2 }];

it('shows a plan first, does it when that is wanted, and offers to undo it', async () => {
  const { service, actions, told, undos } = connected();
  await actions.propose({ kind: 'trash', pictures: PICTURES });
  expect(actions.plan?.description).toBe('Move 2 files to the trash');
  expect(service.asked).toEqual(['actions', 'planAction trash 1,2']);
  service.actionOutcome = { ...service.actionOutcome, description: 'Moved 2 files to the trash' };
  await actions.carryOut();
  expect(actions.plan).toBeNull();
  expect(told).toEqual(['Moved 2 files to the trash.']);
  undos[0]?.();
  await vi.waitFor(() => expect(service.asked).toContain('undoAction 4'));
  await vi.waitFor(() => expect(told).toHaveLength(2));
  expect(undos).toHaveLength(1);
});

it('does nothing with a plan that is put away, and takes no plan that comes after that', async () => {
  const { service, actions } = connected();
  const proposed = actions.propose({ kind: 'trash', pictures: PICTURES });
  actions.close();
  await proposed;
  expect(actions.plan).toBeNull();
  await actions.carryOut();
  expect(service.asked).not.toContain('runAction 4');
});

it('tells why nothing could be planned or done', async () => {
  const { service, actions, told } = connected();
  service.refusals.set('planAction trash 1,2', new ORPCError('TRASH_UNAVAILABLE', { data: { detail: 'win32' } }));
  await actions.propose({ kind: 'trash', pictures: PICTURES });
  expect(actions.plan).toBeNull();
  service.refusals.clear();
  await actions.propose({ kind: 'trash', pictures: PICTURES });
  service.refusals.set('runAction 4', new ORPCError('ACTION_BUSY', { data: { detail: '' } }));
  await actions.carryOut();
  expect(told.map((sentence) => sentence.split('. ')[0])).toEqual([
    'Files go to the trash of this system (win32) by the window only',
    'Another file action is under way',
  ]);
});

it('says in plain words how much it is, and what was left', () => {
  expect(sizeLine({ pictures: 1, files: 1, bytes: 3_450_000 })).toBe('1 picture, 3.5 MB');
  expect(sizeLine({ pictures: 2, files: 3, bytes: 10 })).toBe('2 pictures and 1 file that goes with them, 10 bytes');
  const refused = [
    { path: '/a', reason: 'offline' as const },
    { path: '/b', reason: 'offline' as const },
    { path: '/c', reason: 'taken' as const },
  ];
  expect(refusalLines(refused)).toEqual([
    '2 files: Its drive is not here.',
    '1 file: There is another file at that place now.',
  ]);
  const stopped = { ...actionPlanOf({ description: 'Moved 1 file to the trash', state: 'stopped' }), error: null };
  expect(standingOf(actionPlanOf({ state: 'done' }))).toEqual([]);
  expect(standingOf(actionPlanOf({ state: 'undoing', unsettled: 3 }))).toEqual(['under way']);
  expect(standingOf({ ...stopped, failed: 1, unsettled: 2 })).toEqual([
    'stopped',
    '1 file not possible',
    'what came of 2 files is not known: a drive is away, or a file cannot be read',
  ]);
  expect(outcomeSentence({ ...stopped, refused, refusedFiles: 3 })).toBe(
    'Moved 1 file to the trash. The rest was left as it is. Not possible with 2 files: Its drive is not here. 1 file: There is another file at that place now.',
  );
});
