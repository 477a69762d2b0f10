import type { LossCurves } from '../../contract/teach-schemas.ts';

type Curve = LossCurves['training'];

/** Where things stand in the drawing, in its own units: see {@link CHART}. */
export interface LossChart {
  /** Points of an SVG polyline; empty where there is nothing to draw yet. */
  readonly training: string;
  readonly heldOut: string;
  readonly ticks: readonly { readonly y: number; readonly label: string }[];
  readonly lastStep: number;
  /** The same in words, for those who do not see it. */
  readonly words: string;
}

/** Size of the drawing and of its frame; the rest is for the labels of the axes. */
export const CHART = { width: 480, height: 180, left: 44, right: 8, top: 8, bottom: 24 } as const;

/** Lays out both curves on one pair of axes, from 0 steps and the lowest loss on. */
export function lossChart({ training, heldOut }: LossCurves): LossChart {
  const points = [...training, ...heldOut].filter(({ loss }) => Number.isFinite(loss));
  const lastStep = points.reduce((last, { step }) => Math.max(last, step), 0);
  const low = points.reduce((least, { loss }) => Math.min(least, loss), Number.POSITIVE_INFINITY);
  const high = points.reduce((most, { loss }) => Math.max(most, loss), Number.NEGATIVE_INFINITY);
  // All at one height: drawn across the middle.
  const margin = high > low ? 0 : Math.max(1e-6, Math.abs(high) / 2);
  const [bottom, top] = points.length === 0 ? [0, 1] : [low - margin, high + margin];
  const x = (step: number): number =>
    CHART.left + (step / Math.max(1, lastStep)) * (CHART.width - CHART.left - CHART.right);
  const y = (loss: number): number =>
    CHART.top + ((top - loss) / (top - bottom)) * (CHART.height - CHART.top - CHART.bottom);
  const line = (curve: Curve): string =>
    curve
      .filter(({ loss }) => Number.isFinite(loss))
      .map(({ step, loss }) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`)
      .join(' ');
  const marks = points.length === 0 ? [] : [top, (top + bottom) / 2, bottom];
  return {
    training: line(training),
    heldOut: line(heldOut),
    ticks: marks.map((loss) => ({ y: y(loss), label: lossText(loss) })),
    lastStep,
    words: [curveWords('On what it is taught', training), curveWords('On pictures held out', heldOut)].join(' '),
  };
}

function curveWords(name: string, curve: Curve): string {
  const first = curve[0];
  const last = curve.at(-1);
  if (first === undefined || last === undefined) return `${name}: nothing yet.`;
  return `${name}: loss ${lossText(first.loss)} at step ${first.step}, ${lossText(last.loss)} at step ${last.step}.`;
}

/** Three digits that matter: losses run from thousands to thousandths. */
function lossText(loss: number): string {
  return Number(loss.toPrecision(3)).toString();
}
