/** The part of picture A that picture B shows, as fractions of A; it reaches beyond 0–1 where B has a border that A has not. */
export interface Window {
  /** Of its middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const WHOLE: Window = { x: 0.5, y: 0.5, width: 1, height: 1 };
