import type { GroupChoice } from './groups.svelte.ts';
import { counted } from './phrases.ts';

export const CHOICE_LABELS: Readonly<Record<GroupChoice['kind'], string>> = {
  add: 'A group, or the name of a new one',
  merge: 'The group that all of them go into',
  split: 'The name of the new group',
};

/** What a group is chosen for. @param name of the group that something is done with */
export function choiceTitle(choice: GroupChoice, name: string): string {
  switch (choice.kind) {
    case 'add':
      return choice.pictures.length === 0
        ? 'New group'
        : `Put ${counted(choice.pictures.length, 'picture')} into a group`;
    case 'merge':
      return `Merge “${name}” into another group`;
    case 'split':
      return `Split ${counted(choice.pictures.length, 'picture')} off “${name}”`;
  }
}
