/** What every command takes. */
export interface SharedOptions {
  /** The library's folder; the user's own where not given. */
  readonly library: string | undefined;
  /** One JSON value a line on standard output, instead of text. */
  readonly json: boolean;
}
