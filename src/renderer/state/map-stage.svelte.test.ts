import { expect, it } from 'vitest';
import { packLayout } from '../../contract/picture-layout.ts';
import { gridOf } from '../map/point-grid.ts';
import { rowOf } from './answers.test-fixture.ts';
import { MapGestures } from './map-gestures.ts';
import { MapStage } from './map-stage.svelte.ts';
import { PictureColumns } from './picture-columns.ts';
import { placesById } from './places-by-id.ts';
import { Selection } from './selection.svelte.ts';

const NO_KEYS = { shiftKey: false, ctrlKey: false, metaKey: false };
const key = (name: string, shiftKey = false) => ({ ...NO_KEYS, key: name, shiftKey, altKey: false });

/** Four pictures: 11 left, 12 in the middle, 13 right, 14 below the middle. 15 is on the map and not in the library any more. */
function shown(results: readonly number[] = []) {
  const ids = Int32Array.of(11, 12, 13, 14, 15);
  const grid = gridOf(Float32Array.of(-1, 0, 0, 0, 1, 0, 0, 0.5, 0.9, 0.9));
  const rows = [14, 13, 12, 11].map((id) => rowOf(id, Date.UTC(2021, 4, id)));
  const categories = [
    { key: 'n1', label: 'Beach', pictures: 3, color: 1 },
    { key: 'c0', label: '', pictures: 1, color: 2 },
  ];
  const colored = {
    by: 'cluster' as const,
    categories,
    values: Uint16Array.of(0, 0, 0, 1, 65_535),
    colors: Uint8Array.of(1, 1, 1, 2, 0),
    anchors: [
      { category: 0, x: 0, y: 0 },
      { category: 1, x: 0, y: 0.5 },
    ],
  };
  const map = {
    found: { revision: 1, current: true, ids, grid, pointOf: placesById(ids) },
    colored,
    lit: null as number | null,
    ranks: null,
  };
  const pictures = new PictureColumns(packLayout(rows, rows.length));
  const stage = new MapStage({ map, pictures: () => pictures, results: () => results, examples: () => [11] });
  const selection = new Selection();
  const said: string[] = [];
  const gestures = new MapGestures(stage, selection, (sentence) => said.push(sentence));
  stage.width = 680;
  stage.height = 480;
  return { stage, map, selection, gestures, said };
}

it('shows all at first, with thumbnails of what is in the library and names where there are any', () => {
  const { stage } = shown();
  expect(stage.view?.scale).toBe(300);
  expect(stage.placeOf(0)[0]).toBeCloseTo(40);
  expect(stage.thumbnails.map(({ point }) => point).sort()).toEqual([0, 1, 2, 3]);
  expect(stage.thumbnails[0]?.hash).toMatch(/^0+b$/);
  expect(stage.labels.map(({ category }) => category)).toEqual([0]);
});

it('chooses thumbnails where the view rests, and moves them with it meanwhile', () => {
  const { stage } = shown();
  stage.rest();
  const before = stage.thumbnails.map(({ point }) => point);
  stage.zoom(50, ...stage.placeOf(0));
  expect(stage.thumbnails.map(({ point }) => point)).toEqual(before);
  expect(stage.thumbnails.find(({ point }) => point === 0)?.left).toBeCloseTo(40);
  stage.rest();
  expect(stage.thumbnails.map(({ point }) => point)).toEqual([0]);
});

it('keeps within limits, and shows all again', () => {
  const { stage } = shown();
  const all = stage.view;
  stage.pan(100_000, 0);
  expect(stage.view?.x).toBe(-1);
  stage.zoom(1e9);
  expect(stage.view?.scale).toBe(300 * 4000);
  stage.fit();
  expect(stage.view).toEqual(all);
});

it('shows as much in a window of another size', () => {
  const { stage } = shown();
  stage.zoom(2);
  const before = stage.view?.scale ?? 0;
  stage.width = 1280;
  expect(stage.view?.scale).toBeGreaterThan(before);
  stage.fit();
  stage.show(0);
  stage.width = 680;
  // what is in view already moves nothing: all of it stays in view
  expect(stage.view?.scale).toBe(300);
});

it('walks by the arrow keys, says what is there, and takes more with Shift', () => {
  const { selection, gestures, said, stage } = shown();
  expect(gestures.key(key('ArrowRight'))).toBe(true);
  // nothing was selected: it begins in the middle
  expect(said.at(-1)).toBe('Picture 1 of 4, cluster No name yet, 14 May 2021');
  gestures.key(key('ArrowUp'));
  expect(selection.id).toBe(12);
  expect(said.at(-1)).toBe('Picture 3 of 4, cluster Beach, 12 May 2021');
  gestures.key(key('ArrowLeft', true));
  expect(selection.ids).toEqual([12, 11]);
  // nothing further that way
  gestures.key(key('ArrowLeft'));
  expect(selection.ids).toEqual([11]);
  stage.zoom(20, ...stage.placeOf(2));
  gestures.key(key('ArrowRight'));
  const [left] = stage.placeOf(1);
  expect(left).toBeGreaterThanOrEqual(35.9);
  // the picture is shown where the keys are, until the pointer moves
  expect(stage.walked).toBe(1);
  gestures.move(0, 0);
  expect(stage.walked).toBe(-1);
  expect(gestures.key(key('x'))).toBe(false);
  expect(gestures.key({ ...key('ArrowLeft'), altKey: true })).toBe(false);
});

it('zooms by keys and wheel around what is chosen or pointed at', () => {
  const { stage, gestures, selection } = shown();
  const scale = stage.view?.scale ?? 0;
  selection.select(11);
  gestures.key(key('+'));
  expect(stage.view?.scale).toBe(1.5 * scale);
  expect(stage.placeOf(0)[0]).toBeCloseTo(40);
  gestures.key(key('-'));
  gestures.wheel(-240, ...stage.placeOf(2));
  expect(stage.view?.scale).toBeCloseTo(2 * scale);
  expect(stage.placeOf(2)[0]).toBeCloseTo(640);
  gestures.key(key('0'));
  expect(stage.view?.scale).toBe(scale);
});

it('selects what is clicked, nothing beside it, and shows what is pointed at', () => {
  const { stage, gestures, selection } = shown();
  const click = (point: number, dx: number, keys = NO_KEYS) => {
    const [left, top] = stage.placeOf(point);
    gestures.press(left + dx, top, keys.shiftKey);
    gestures.release(left + dx, top, keys);
  };
  click(1, 10);
  expect(selection.ids).toEqual([12]);
  click(2, 0, { ...NO_KEYS, ctrlKey: true });
  expect(selection.ids).toEqual([12, 13]);
  click(1, 120);
  expect(selection.count).toBe(0);
  gestures.move(...stage.placeOf(3));
  expect(stage.hovered).toBe(3);
  gestures.move(300, 20);
  expect(stage.hovered).toBe(-1);
});

it('moves by dragging, and selects by a rectangle or a lasso', () => {
  const { stage, gestures, selection, said } = shown();
  const [before] = stage.placeOf(1);
  gestures.press(300, 100, false);
  gestures.move(330, 100);
  gestures.move(340, 100);
  gestures.release(340, 100, NO_KEYS);
  expect(stage.placeOf(1)[0]).toBeCloseTo(before + 40);
  expect(selection.count).toBe(0);
  stage.fit();

  // from the top left to the middle of all
  gestures.press(0, 0, true);
  gestures.move(360, 200);
  expect(stage.region).toHaveLength(8);
  gestures.release(360, 200, NO_KEYS);
  expect(stage.region).toBeNull();
  expect(selection.ids).toEqual([11, 12]);
  expect(said.at(-1)).toBe('2 pictures selected.');

  stage.tool = 'lasso';
  gestures.press(600, 60, false);
  for (const [left, top] of [
    [680, 60],
    [680, 160],
    [600, 160],
  ] as const)
    gestures.move(left, top);
  gestures.release(600, 160, { ...NO_KEYS, ctrlKey: true });
  expect(selection.ids).toEqual([11, 12, 13]);
  gestures.selectInView();
  expect(selection.count).toBe(5);
  gestures.press(0, 0, false);
  gestures.move(50, 0);
  gestures.cancel();
  expect(stage.region).toBeNull();
});

it('lights what the search found that is on the map, or a category instead', () => {
  const { stage, map } = shown([13, 99]);
  expect(stage.results).toEqual([2]);
  // what was searched with, too
  expect(stage.lit).toEqual([2, 0]);
  // of two that would overlap the lit one is drawn
  stage.zoom(0.5);
  stage.width = 240;
  stage.rest();
  expect(stage.thumbnails.map(({ point }) => point)).toContain(2);
  stage.resultsLit = false;
  expect(stage.lit).toBeNull();
  expect(stage.thumbnails.map(({ point }) => point)).not.toContain(2);
  const other = shown([13]);
  other.map.lit = 1;
  expect(other.stage.lit).toEqual([3]);
  expect(map.lit).toBeNull();
});
