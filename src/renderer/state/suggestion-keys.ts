import { moveOfKey } from './grid-movement.ts';

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/** What a key says of the suggestion that has the focus: Y or Enter that it belongs, N that it does not; null for other keys. */
export function answerOfKey({ key, ctrlKey, metaKey, altKey }: Pressed): 'in' | 'out' | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (key === 'Enter' || key.toLowerCase() === 'y') return 'in';
  return key.toLowerCase() === 'n' ? 'out' : null;
}

/**
 * Where the focus goes from tile `index` of `boxes`, which lie in rows; null where the key moves nothing or there is nowhere to go. Up and
 * down keep to the tile whose middle is nearest.
 */
export function nextFocus(event: Pressed, boxes: readonly Box[], index: number): number | null {
  const here = boxes[index];
  const move = event.altKey ? null : moveOfKey(event);
  if (here === undefined || move === null) return null;
  const last = boxes.length - 1;
  switch (move) {
    case 'left':
      return index > 0 ? index - 1 : null;
    case 'right':
      return index < last ? index + 1 : null;
    case 'start':
      return 0;
    case 'end':
      return last;
    case 'rowStart':
      return boxes.findIndex(({ top }) => top === here.top);
    case 'rowEnd':
      return boxes.findLastIndex(({ top }) => top === here.top);
    case 'up':
    case 'pageUp':
      return inRow(boxes, boxes.findLast(({ top }) => top < here.top)?.top, here);
    case 'down':
    case 'pageDown':
      return inRow(boxes, boxes.find(({ top }) => top > here.top)?.top, here);
  }
}

function inRow(boxes: readonly Box[], top: number | undefined, { left, width }: Box): number | null {
  const away = (box: Box): number => Math.abs(box.left + box.width / 2 - left - width / 2);
  return boxes.reduce<number | null>((nearest, box, i) => {
    if (box.top !== top) return nearest;
    const best = nearest === null ? undefined : boxes[nearest];
    return best === undefined || away(box) < away(best) ? i : nearest;
  }, null);
}
