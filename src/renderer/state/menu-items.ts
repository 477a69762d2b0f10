import type { Semblance } from './semblance.svelte.ts';

/** What a context menu is about: the selected pictures, or a group of the sidebar. */
export type MenuTarget = { readonly kind: 'pictures' } | { readonly kind: 'group'; readonly group: number };

export interface MenuItem {
  readonly label: string;
  /** The key that does the same; empty where none does. */
  readonly key: string;
  readonly run: () => void;
}

/** What can be done with the target where it is shown now. */
export function menuItems(app: Semblance, target: MenuTarget): MenuItem[] {
  return target.kind === 'group' ? groupItems(app, target.group) : pictureItems(app);
}

function pictureItems({ actions, groups, selection, navigation, labelling }: Semblance): MenuItem[] {
  const { ids, id } = selection;
  if (id === null) return [];
  const { place } = navigation;
  const single = [
    { label: 'Open', key: 'Enter', run: () => actions.open(id) },
    { label: 'Show in folder', key: '', run: () => void actions.showInFolder(id) },
  ];
  return [
    { label: 'Find similar', key: 'S', run: () => void actions.findSimilar(ids) },
    { label: 'Group…', key: 'G', run: () => groups.choose(ids) },
    ...(ids.length > 1 ? [{ label: 'Only these', key: '', run: () => actions.filterByPictures(ids) }] : []),
    ...(place.view === 'group' ? memberItems(groups, labelling, place.id, ids) : []),
    { label: 'Move to…', key: '', run: () => void actions.sendFiles('move', ids) },
    { label: 'Copy to…', key: '', run: () => void actions.sendFiles('copy', ids) },
    { label: 'Move to trash…', key: '', run: () => void actions.trashFiles(ids) },
    ...(ids.length === 1 && place.view !== 'viewer' ? single : []),
  ];
}

function memberItems(
  groups: Semblance['groups'],
  labelling: Semblance['labelling'],
  group: number,
  ids: readonly number[],
): MenuItem[] {
  const members = new Set(groups.shown?.members);
  const inside = ids.filter((id) => members.has(id));
  const refuse = {
    label: 'Not in this group',
    key: '',
    run: () => void labelling.store([{ group, pictures: ids, verdict: 'out' }]),
  };
  if (inside.length === 0) return [refuse];
  const split = {
    label: 'Split off…',
    key: '',
    run: () => (groups.choosing = { kind: 'split', from: group, pictures: inside }),
  };
  return [
    { label: 'Take out of this group', key: 'Delete', run: () => void groups.takeOut(group, inside) },
    refuse,
    ...(inside.length < members.size ? [split] : []),
  ];
}

function groupItems({ actions, groups }: Semblance, group: number): MenuItem[] {
  const merge = {
    label: 'Merge into…',
    key: '',
    run: () => (groups.choosing = { kind: 'merge', from: group }),
  };
  return [
    { label: 'Open', key: 'Enter', run: () => actions.openGroup(group) },
    ...(groups.list.length > 1 ? [merge] : []),
    { label: 'Remove group', key: '', run: () => void groups.remove(group) },
  ];
}
