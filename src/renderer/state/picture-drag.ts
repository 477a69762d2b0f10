/** Pictures of the library as they are dragged inside the window. Files from outside have other types. */
const TYPE = 'application/x-semblance-pictures';

export function putPictures(transfer: DataTransfer, ids: readonly number[]): void {
  transfer.setData(TYPE, JSON.stringify(ids));
  transfer.effectAllowed = 'copy';
}

/** Whether pictures of the library are dragged: what they are is told when they are dropped. */
export function hasPictures(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes(TYPE) ?? false;
}

/** The pictures that were dropped; none where something else was, or what came is no list of ids. */
export function droppedPictures(transfer: DataTransfer | null): number[] {
  const text = transfer?.getData(TYPE) ?? '';
  if (text === '') return [];
  const ids: unknown = JSON.parse(text);
  return Array.isArray(ids) ? ids.filter((id): id is number => Number.isSafeInteger(id) && id > 0) : [];
}
