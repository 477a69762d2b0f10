import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { ipcMain, shell, type IpcMainInvokeEvent } from 'electron';
import { z } from 'zod';
import { BRIDGE_CHANNELS, type BridgeAnswer, type BridgeCalls } from '../contract/bridge-channels.ts';
import type { ServiceClient } from '../contract/contract.ts';
import {
  chooseEncoder,
  chooseFolder,
  chooseLibrary,
  chooseModel,
  choosePicture,
  chooseTarget,
  saveLibrary,
  saveModel,
} from './dialogs.ts';
import { isOwnPage } from './permissions.ts';
import type { PickedByPerson } from './picked-by-person.ts';

const path = z.string().min(1).max(4096).refine(isAbsolute, 'The path is not absolute.');
const rowId = z.number().int().positive();
const nothing = z.undefined();
const modelName = z.string().min(1).max(300);
const encoderPlace = z.enum(['file', 'folder']);
const targetKind = z.enum(['move', 'copy']);

/**
 * Answers the calls of the bridge. What a page sends is checked as if a stranger had sent it.
 */
export function answerBridge(client: () => ServiceClient | undefined, picked: PickedByPerson): void {
  answer('chooseFolder', nothing, picked.folder(chooseFolder));
  answer('choosePicture', nothing, choosePicture);
  answer('chooseEncoder', encoderPlace, chooseEncoder);
  answer('saveModel', modelName, picked.file(saveModel));
  answer('chooseModel', nothing, chooseModel);
  answer('saveLibrary', nothing, picked.file(saveLibrary));
  answer('chooseLibrary', nothing, chooseLibrary);
  answer('chooseTarget', targetKind, picked.folder(chooseTarget));
  answer('takePath', path, async (dropped) => {
    const kind = await kindOfPath(dropped);
    if (kind === 'folder') await picked.addFolder(dropped);
    return kind;
  });
  answer('showInFolder', rowId, async (id) => {
    const service = client();
    if (!service) throw new Error('The library is not open yet. Try again in a moment.');
    shell.showItemInFolder((await service.pictures.locate({ id })).path);
  });
}

function answer<K extends keyof BridgeCalls, Input>(
  name: K,
  schema: z.ZodType<Input>,
  run: (input: Input, event: IpcMainInvokeEvent) => ReturnType<BridgeCalls[K]>,
): void {
  type Value = Awaited<ReturnType<BridgeCalls[K]>>;
  ipcMain.handle(BRIDGE_CHANNELS[name], async (event, ...sent: unknown[]): Promise<BridgeAnswer<Value>> => {
    if (!isOwnPage(event.senderFrame)) return { error: 'Only the page of Semblance may ask this.' };
    const input = schema.safeParse(sent[0]);
    if (!input.success) return { error: input.error.issues.map(({ message }) => message).join(' ') };
    try {
      return { value: await run(input.data, event) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  });
}

async function kindOfPath(file: string): Promise<'folder' | 'file' | null> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) return 'folder';
    return found.isFile() ? 'file' : null;
  } catch {
    // Gone, or not ours to look at: neither can be indexed or searched with.
    return null;
  }
}
