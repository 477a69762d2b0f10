import { z } from 'zod';
import { rowId } from './schemas.ts';

/** What a person wants left out of the library. Rules belong to the library: nothing is written into the folders of photos. */
export const ignoreRule = z.discriminatedUnion('kind', [
  /** One file, by its absolute path. */
  z.object({ kind: z.literal('file'), path: z.string().min(1).max(4096) }),
  /** As a line of `.gitignore`, counted from the top of each source. */
  z.object({
    kind: z.literal('pattern'),
    pattern: z
      .string()
      .trim()
      .min(1)
      .max(1000)
      .regex(/^[^\r\n]*$/),
  }),
  /** Folders of this name, wherever they lie, with all that is in them. Upper and lower case are the same. */
  z.object({
    kind: z.literal('folder'),
    name: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .regex(/^[^/\\\r\n]*$/),
  }),
  /** Files of fewer bytes. */
  z.object({ kind: z.literal('size'), bytes: z.number().int().min(1).max(1_000_000_000) }),
]);
export type IgnoreRule = z.infer<typeof ignoreRule>;

export const keptIgnoreRule = z.object({
  id: rowId,
  rule: ignoreRule,
  /** ISO 8601, when it was made. */
  since: z.string(),
});
export type KeptIgnoreRule = z.infer<typeof keptIgnoreRule>;

/** Some of the files that are meant, by absolute path. */
const examples = z.array(z.string());

/** What a rule would leave out beside those that there are: of the files that the catalog knows, and of a look through the folders. */
export const ignorePreview = z.object({
  files: z.number().int().nonnegative(),
  /** How many of them are shown as pictures now. */
  pictures: z.number().int().nonnegative(),
  examples,
  /** False where there were too many files to look at all of them: there may be more. */
  complete: z.boolean(),
});
export type IgnorePreview = z.infer<typeof ignorePreview>;

export const ignoreSurvey = z.object({
  /** What each rule leaves out by itself. */
  rules: z.array(z.object({ id: rowId, files: z.number().int().nonnegative(), examples })),
  /** What is left out without a rule of the library: folders count as one, since they are not looked into. */
  always: z.array(
    z.object({
      /** Hidden files and folders; systems' own folders; what `.semblanceignore` files name. */
      why: z.enum(['hidden', 'system', 'ignore-file']),
      files: z.number().int().nonnegative(),
      folders: z.number().int().nonnegative(),
      examples,
    }),
  ),
  complete: z.boolean(),
});
export type IgnoreSurvey = z.infer<typeof ignoreSurvey>;
