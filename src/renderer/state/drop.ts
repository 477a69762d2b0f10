/** What dropping will do. While something is dragged only its kind and media type are known, not its path. */
export type DropIntent = 'search' | 'add-example' | 'index-or-search' | 'nothing';

export interface DraggedItem {
  readonly kind: string;
  /** A media type for files that the system knows; empty for folders, and for files that it does not know. */
  readonly type: string;
}

/** What a drop of these items would do; null where nothing from the file system is dragged (text, a link). */
export function dropIntent(items: readonly DraggedItem[], searching: boolean): DropIntent | null {
  const files = items.filter((item) => item.kind === 'file');
  if (files.length === 0) return null;
  if (files.some((file) => file.type.startsWith('image/'))) return searching ? 'add-example' : 'search';
  return files.some((file) => file.type === '') ? 'index-or-search' : 'nothing';
}
