import { z } from 'zod';
import { contentHash, rowId } from './schemas.ts';

/** Names what was found: a request about a part of it is refused once there is another (EXPLORED_CHANGED). */
const version = z.number().int().positive();

const shownPicture = z.object({ id: rowId, hash: contentHash });

/** What the clock showed where a picture was taken: ISO 8601 to the second, without zone. */
const clockTime = z.string();

/** Pictures that were taken in one go. */
export const pictureEvent = z.object({
  /** Its first picture: an event is asked for by one of its pictures, since it may be another one when more have come. */
  picture: rowId,
  pictures: z.number().int().positive(),
  /** When the first and the last of it were taken. */
  from: clockTime,
  to: clockTime,
  /** These pictures do not say when they were taken: the time is that of their files, which may be when they were copied. */
  byFileTime: z.boolean(),
  /** What it could be called: the cluster or folder that most of it is of, where it was; its dates where neither is known. */
  title: z.string(),
  /** "12 August 2019", "2–5 May 2019". */
  dates: z.string(),
  /** Where most of it was taken, in words. */
  place: z.string().nullable(),
  /** The most typical pictures, at most 18, in the order in which they were taken. */
  typical: z.array(shownPicture),
});
export type PictureEvent = z.infer<typeof pictureEvent>;

export const timeline = z.object({
  version,
  /** All pictures of it. */
  pictures: z.number().int().nonnegative(),
  /** Those of them that are in it by the time of their file alone. */
  byFileTime: z.number().int().nonnegative(),
  events: z.number().int().nonnegative(),
  /** The newest first, without those in which nothing began. */
  months: z.array(
    z.object({
      /** "2019-05". */
      month: z.string(),
      events: z.number().int().positive(),
      pictures: z.number().int().positive(),
    }),
  ),
});
export type Timeline = z.infer<typeof timeline>;

/** Events of a timeline by their place in it, from 0, the newest first. */
export const eventsPart = z.object({
  version,
  first: z.number().int().nonnegative(),
  count: z.number().int().min(1).max(100).default(30),
});

export const eventPictures = z.object({
  event: pictureEvent,
  /** In the order in which they were taken. */
  pictures: z.array(rowId),
});
export type EventPictures = z.infer<typeof eventPictures>;

const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);

/** A part of the Earth in degrees; where `west` is the greater, it lies across 180°. */
export const bounds = z.object({ south: latitude, west: longitude, north: latitude, east: longitude });
export type Bounds = z.infer<typeof bounds>;

/** Pictures that are farther apart than about twice this, in kilometres, are of two places. It is rounded to a step. */
export const placeScale = z.number().min(0.1).max(5000);

/** Pictures that were taken near one another. */
export const picturePlace = z.object({
  /** One of its pictures, by which it is asked for. */
  picture: rowId,
  pictures: z.number().int().positive(),
  /** Of its middle, degrees north and east. */
  latitude,
  longitude,
  /** All its pictures were taken within these kilometres of it. */
  radiusKm: z.number().nonnegative(),
  /** Where that is: a city, else a folder or keyword that most of its pictures share, else degrees. */
  name: z.string(),
  /** A folder or keyword that most of its pictures share, beside the city; null where the name is that. */
  about: z.string().nullable(),
  /** The most typical pictures, at most 8. */
  typical: z.array(shownPicture),
});
export type PicturePlace = z.infer<typeof picturePlace>;

export const places = z.object({
  /** The step that the scale was rounded to, in kilometres. */
  km: z.number().positive(),
  /** Pictures that say where they were taken, and those that do not. */
  placed: z.number().int().nonnegative(),
  unplaced: z.number().int().nonnegative(),
  /** What holds all of them; null where there is none. */
  bounds: bounds.nullable(),
  /** Places whose middle lies in what was asked for. */
  found: z.number().int().nonnegative(),
  /** 200 of them at most, the largest first. */
  places: z.array(picturePlace),
});
export type Places = z.infer<typeof places>;

export const placePictures = z.object({ place: picturePlace, pictures: z.array(rowId) });
export type PlacePictures = z.infer<typeof placePictures>;
