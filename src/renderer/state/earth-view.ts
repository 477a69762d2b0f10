import type { Bounds } from '../../contract/timeline-schemas.ts';

export interface EarthPoint {
  readonly latitude: number;
  readonly longitude: number;
}

/** What a drawing of the Earth shows, in Mercator's projection: its middle, and how many pixels the whole way round is long. */
export interface EarthView extends EarthPoint {
  readonly around: number;
}

/** Of the drawing, in CSS pixels. */
export interface DrawingSize {
  readonly width: number;
  readonly height: number;
}

export interface DrawnPoint {
  readonly x: number;
  readonly y: number;
}

/** A line of a whole degree, and where it lies: x of one that runs north, y of one that runs east. */
export interface DegreeLine {
  readonly at: number;
  readonly label: string;
}

/** Farther north and south the projection has no end. */
const FARTHEST = 85;

const LEAST_AROUND = 200;
/** 40,075 km are so long: a metre is some pixels. */
const MOST_AROUND = 2e8;

const AROUND_KM = 40_075;

/** From the whole Earth to a hundredth of a degree. */
const DEGREE_STEPS = [90, 60, 30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];

/** Lines are at least so far apart. */
const LINE_GAP = 90;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (angle: number): number => (angle * 180) / Math.PI;

/** From 0 at the south to 1 at the north of the projection, in units of the way round. */
function northing(latitude: number): number {
  const cut = Math.min(FARTHEST, Math.max(-FARTHEST, latitude));
  return Math.asinh(Math.tan(radians(cut))) / (2 * Math.PI);
}

function latitudeOf(north: number): number {
  return Math.min(FARTHEST, Math.max(-FARTHEST, degrees(Math.atan(Math.sinh(2 * Math.PI * north)))));
}

/** −180 to 180. */
function turned(longitude: number): number {
  return ((((longitude + 180) % 360) + 360) % 360) - 180;
}

export function drawn(view: EarthView, { width, height }: DrawingSize, point: EarthPoint): DrawnPoint {
  return {
    x: width / 2 + (turned(point.longitude - view.longitude) / 360) * view.around,
    y: height / 2 - (northing(point.latitude) - northing(view.latitude)) * view.around,
  };
}

/** What lies at a point of the drawing. */
export function pointAt(view: EarthView, { width, height }: DrawingSize, { x, y }: DrawnPoint): EarthPoint {
  return {
    latitude: latitudeOf(northing(view.latitude) - (y - height / 2) / view.around),
    longitude: turned(view.longitude + ((x - width / 2) / view.around) * 360),
  };
}

export function panned(view: EarthView, dx: number, dy: number): EarthView {
  return {
    around: view.around,
    latitude: latitudeOf(northing(view.latitude) + dy / view.around),
    longitude: turned(view.longitude - (dx / view.around) * 360),
  };
}

/** Closer or farther; what lies at the point stays there. */
export function zoomed(view: EarthView, size: DrawingSize, factor: number, at: DrawnPoint): EarthView {
  const around = Math.min(MOST_AROUND, Math.max(LEAST_AROUND, view.around * factor));
  const there = drawn({ ...view, around }, size, pointAt(view, size, at));
  return panned({ ...view, around }, at.x - there.x, at.y - there.y);
}

/** The view that holds all of a part of the Earth, with a margin, and no closer than some hundred metres. */
export function fitted({ south, west, north, east }: Bounds, { width, height }: DrawingSize): EarthView {
  const wide = (west <= east ? east - west : east - west + 360) / 360;
  const [low, high] = [northing(south), northing(north)];
  const room = 0.8;
  const around = Math.min(
    (room * width) / Math.max(wide, 1e-9),
    (room * height) / Math.max(high - low, 1e-9),
    MOST_AROUND / 20,
  );
  return {
    latitude: latitudeOf((low + high) / 2),
    longitude: turned(west + wide * 180),
    around: Math.max(LEAST_AROUND, around),
  };
}

/** The part of the Earth that is in view. */
export function boundsInView(view: EarthView, { width, height }: DrawingSize): Bounds {
  const reach = (width * 180) / view.around;
  const high = height / 2 / view.around;
  const whole = reach >= 180;
  return {
    // what lies at the ends of the projection is drawn at its edge
    south: northing(view.latitude) - high <= northing(-FARTHEST) ? -90 : latitudeOf(northing(view.latitude) - high),
    north: northing(view.latitude) + high >= northing(FARTHEST) ? 90 : latitudeOf(northing(view.latitude) + high),
    west: whole ? -180 : turned(view.longitude - reach),
    east: whole ? 180 : turned(view.longitude + reach),
  };
}

/** Kilometres that a pixel in the middle is wide. */
export function kilometresOfPixel({ latitude, around }: EarthView): number {
  return (AROUND_KM * Math.cos(radians(latitude))) / around;
}

/** Lines of whole degrees that are in view: those that run north, by x, and those that run east, by y. */
export function degreeLines(
  view: EarthView,
  size: DrawingSize,
): { readonly north: DegreeLine[]; readonly east: DegreeLine[] } {
  const fits = (step: number): boolean => (step / 360) * view.around >= LINE_GAP;
  const step = DEGREE_STEPS.findLast(fits) ?? 90;
  const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
  const reach = (size.width / view.around) * 180;
  const { south, north } = boundsInView(view, size);
  const label = (value: number, sides: string): string =>
    `${Math.abs(value).toFixed(digits)}°${Math.abs(value) < step / 2 ? '' : ` ${sides[value < 0 ? 0 : 1] ?? ''}`}`;
  return {
    north: multiples(step, view.longitude - reach, view.longitude + reach).map((longitude) => ({
      at: size.width / 2 + ((longitude - view.longitude) / 360) * view.around,
      label: label(turned(longitude), 'WE'),
    })),
    east: multiples(step, Math.max(-80, south), Math.min(80, north)).map((latitude) => ({
      at: drawn(view, size, { latitude, longitude: view.longitude }).y,
      label: label(latitude, 'SN'),
    })),
  };
}

function multiples(step: number, from: number, to: number): number[] {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, i) => (first + i) * step);
}
