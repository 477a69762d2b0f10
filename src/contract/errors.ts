/**
 * Every way in which Semblance says that something went wrong.
 *
 * Two kinds, kept apart because they are handled apart: a *service error* ends the request that it belongs to; a *file
 * failure* costs one file, is recorded with its path, and work goes on. Each code has an entry in `docs/errors.md`.
 */

/** Errors that end a request. The sentence is what a person reads; `{detail}` is what it is about. */
export const SERVICE_ERRORS = {
  LIBRARY_LOCKED: 'Another Semblance is using this library ({detail}). Close it, or name another library.',
  LIBRARY_MISSING: 'There is no library at {detail} yet. Index a folder first, or name another library.',
  LIBRARY_READ_ONLY: 'The library folder cannot be written to ({detail}). Check its permissions, or name another one.',
  CATALOG_NEWER: 'This library was made by a newer Semblance ({detail}). Update Semblance to open it.',
  CATALOG_DAMAGED: 'The catalog of this library is damaged and was left as it is ({detail}). Restore it from a backup.',
  CATALOG_BUSY: 'The catalog is in use by another program ({detail}). Try again in a moment.',
  DISK_FULL: 'The disk is full. Free some space and run the same thing again: what was done is kept ({detail}).',
  FOLDER_MISSING: 'There is no folder at {detail}. Check the path, or plug in the drive.',
  FOLDER_UNREADABLE: 'The folder {detail} cannot be read. Check its permissions.',
  FOLDER_NOT_A_FOLDER: '{detail} is a file, not a folder. Name the folder that it is in.',
  FOLDER_HOLDS_LIBRARY: 'The folder {detail} lies inside the library, or is it. Choose a folder of photos.',
  SOURCE_UNKNOWN: 'There is no source {detail} in this library.',
  PICTURE_UNKNOWN: 'There is no picture {detail} in this library.',
  PICTURE_MISSING: 'The file of this picture is gone: {detail}. Plug in its drive, or index its folder again.',
  PICTURE_UNREADABLE: 'This picture cannot be read: {detail}',
  INDEXING_BUSY: 'An index run is under way already. Wait for it to end, or cancel it.',
  ENCODER_FAILED: 'The encoder could not be run: {detail}',
  ENCODER_UNKNOWN: 'There is no encoder {detail}. `semblance encoders` lists those that there are.',
  ENCODER_NOT_INSTALLED: 'This encoder is not installed: {detail}. Install it first.',
  ENCODER_FILE_MISSING: 'A file of the encoder is missing: {detail}',
  ENCODER_CHECKSUM: 'A file of the encoder is not the one that is expected; nothing was installed ({detail}).',
  ENCODER_SIZE: 'A file of the encoder is cut off or too long; nothing was installed ({detail}).',
  ENCODER_DAMAGED: 'A file of the encoder is damaged or of another kind ({detail}). Get it again.',
  ENCODER_SHAPE: 'This model does not take a picture and give a row of numbers: {detail}',
  ENCODER_OPERATION: 'This model uses an operation that cannot be run here: {detail}',
  ENCODER_UNSUITABLE: 'This model was tried on ten pictures and is of no use as an encoder: {detail}',
  ENCODER_LICENCE:
    'The licence of this encoder restricts its use: {detail}. Read it, and install again with a yes to it.',
  ENCODER_READS_NO_WORDS:
    'The encoder in use cannot read words ({detail}). Install one that does, such as CLIP or SigLIP 2.',
  ENCODER_BUSY: 'Another encoder is being installed ({detail}). Wait for it, or cancel it.',
  ENCODER_IN_USE: 'This encoder is in use: {detail}. Switch to another one first.',
  DEVICE_UNKNOWN: 'There is no device {detail} on this computer. `semblance devices` lists those that there are.',
  DOWNLOAD_FAILED:
    'The download did not succeed: {detail} What was loaded is kept; the same command goes on from there.',
  DOWNLOAD_CANCELLED: 'The download of {detail} was cancelled. What was loaded is kept.',
  GROUP_UNKNOWN: 'There is no group {detail} in this library. `semblance groups` lists those that there are.',
  GROUP_NAME_TAKEN: 'There is a group of that name already: {detail}. Choose another name, or add to that group.',
  FOLDER_NOT_INDEXED: 'No picture below {detail} is in this library. Index the folder first.',
  FILE_OUTSIDE: 'The file {detail} lies in none of the folders of this library.',
  NOTHING_TO_UNDO: 'There is no change of groups to undo{detail}.',
  CHANGE_TOO_OLD: 'This change cannot be undone any more: {detail} Undo the later ones first.',
  TEACHING_BUSY: 'Semblance is learning already ({detail}). Wait for it to end, or cancel it.',
  TEACHING_IMPOSSIBLE: '{detail}',
  MODEL_UNKNOWN: 'There is no model version {detail}. `semblance models` lists those that there are.',
  MODEL_IN_USE: 'This version answers searches now: {detail}. Switch to another one first.',
  MODEL_OF_OTHER_ENCODER:
    'This version belongs to an encoder that is not in use, or is not here: {detail}. Install that and switch to it first.',
  MODEL_FILE_DAMAGED: 'This file is not a model of Semblance, or is damaged: {detail}. Export it again.',
  LIBRARY_FILE_DAMAGED:
    'This file is not an export of a Semblance library, or is damaged: {detail}. Nothing was imported; export it again.',
  EXPORT_TOO_LARGE:
    'What you made does not fit into one file of {detail}. Remove versions that you do not need, and export again.',
  EXPORT_NEWER: 'This export was made by a newer Semblance ({detail}). Update Semblance to import it.',
  CLUSTER_UNKNOWN: 'There is no such cluster any more ({detail}).',
  CLUSTER_NAME_TAKEN: 'Another cluster is called {detail}. Choose another name, or merge the two.',
  CLUSTERS_CHANGED: 'The clusters have changed meanwhile. Look at them again.{detail}',
  ACTION_UNKNOWN: 'There is no file action {detail}. `semblance actions` lists those that there are.',
  ACTION_BUSY: 'Another file action is under way. Wait for it, or cancel it.',
  ACTION_ENDED: 'This file action has ended, or is being undone: {detail}. Make a new one, or undo it.',
  FOLDER_READ_ONLY: 'This folder cannot be written to: {detail}. Check its permissions.',
  FOLDER_NOT_CHOSEN: 'This folder was not picked by you: {detail}. Choose it in the dialog.',
  FILE_NOT_CHOSEN: 'This file was not picked by you: {detail}. Choose it in the dialog.',
  TRASH_UNAVAILABLE:
    'Files go to the trash of this system ({detail}) by the window only. Move them to a folder, or open the window.',
  MAP_CHANGED: 'The map has changed meanwhile. Look at it again.{detail}',
  MAP_CANCELLED: 'The laying out of the map was cancelled. It begins again when the map is next looked at.{detail}',
  JOB_CANCELLED: 'This was cancelled among the activities. Begin it again when you want it.{detail}',
  DUPLICATES_CANCELLED: 'The look for duplicates was cancelled. What was compared is kept.{detail}',
  EXPLORED_CHANGED: 'Pictures or names have changed meanwhile. Look at them again.{detail}',
  PICTURES_DIFFER: 'These two pictures cannot be laid on each other: they do not show the same.{detail}',
  NOTHING_TO_EVALUATE: 'Nothing to evaluate: {detail}',
  INTERNAL: 'Something went wrong inside Semblance: {detail}',
} as const;

export type ServiceErrorCode = keyof typeof SERVICE_ERRORS;

/** Errors at opening that may pass by themselves: another program holds the library for now. Main asks again until it is free. */
export const PASSING_ERRORS: readonly string[] = ['LIBRARY_LOCKED', 'CATALOG_BUSY'] satisfies ServiceErrorCode[];

/** Failures of one file. Recorded in the catalog, shown in the failures list; indexing goes on. */
export const FILE_FAILURES = {
  FILE_EMPTY: 'The file is empty (0 bytes).',
  FILE_VANISHED: 'The file was gone before it could be read.',
  FILE_UNREADABLE: 'The file cannot be opened. Check its permissions.',
  FILE_NOT_A_PICTURE: 'This is no picture and no video.',
  FILE_DAMAGED: 'The picture or video is damaged or incomplete and cannot be decoded.',
  FILE_TOO_LARGE: 'The picture has more pixels than can be decoded safely (268 megapixels), or the file is over 1 GB.',
  FORMAT_UNSUPPORTED: 'This format cannot be read. Export the picture as JPEG or PNG.',
  VIDEO_UNSUPPORTED: 'Videos of this kind cannot be read. Save it as MP4 (H.264) beside it.',
  VIDEO_SOUND_ONLY: 'This file holds sound and no pictures.',
  NO_PREVIEW: 'The file holds no picture that can be shown. Save it with its preview, or export it as JPEG.',
  DECODER_CRASHED: 'The decoder crashed on this file.',
  DECODER_TIMEOUT: 'Decoding this file took too long and was given up.',
  DECODER_MEMORY: 'Decoding this file took too much memory and was given up. Save it smaller, or as JPEG.',
} as const;

export type FileFailureCode = keyof typeof FILE_FAILURES;

/** An error that ends a request, with a code from {@link SERVICE_ERRORS} and a sentence that the user can act on. */
export class ServiceError extends Error {
  readonly code: ServiceErrorCode;
  readonly detail: string;

  constructor(code: ServiceErrorCode, detail: string, options?: ErrorOptions) {
    super(
      SERVICE_ERRORS[code].replace('{detail}', () => detail),
      options,
    );
    this.name = 'ServiceError';
    this.code = code;
    this.detail = detail;
  }

  /** The error itself where it is one of ours; anything else is a fault of Semblance, and says so (INTERNAL). */
  static from(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error;
    return new ServiceError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
