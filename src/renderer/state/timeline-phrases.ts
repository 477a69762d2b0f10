import type { PictureEvent, PicturePlace } from '../../contract/timeline-schemas.ts';
import { counted } from './phrases.ts';

const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** "2019-05" → "May 2019". */
export function monthWords(month: string): string {
  return MONTH.format(new Date(`${month}-01T00:00:00Z`));
}

/** What is known of an event beside its title: when, and how many pictures it has. */
export function eventNote({ title, dates, from, to, pictures, byFileTime }: PictureEvent): string {
  const [start, end] = [from.slice(11, 16), to.slice(11, 16)];
  const clock = start === end ? start : `${start}–${end}`;
  const isOneDay = from.slice(0, 10) === to.slice(0, 10);
  const parts = [...(title === dates ? [] : [dates]), ...(isOneDay ? [clock] : []), counted(pictures, 'picture')];
  if (byFileTime) parts.push('by file dates');
  return parts.join(', ');
}

/** What a group of an event or a place could be called. */
export function eventName({ title, dates }: PictureEvent): string {
  return title === dates ? dates : `${title}, ${dates}`;
}

export function placeTitle({ name, about }: PicturePlace): string {
  return about === null ? name : `${name}: ${about}`;
}

/** "12 pictures within 3 km". */
export function placeNote({ pictures, radiusKm }: PicturePlace): string {
  const count = counted(pictures, 'picture');
  return radiusKm < 0.05 ? count : `${count} within ${distance(radiusKm)}`;
}

/** Kilometres as people say them: "80 m", "1.4 km", "23 km". */
export function distance(km: number): string {
  if (km < 1) return `${Math.max(10, Math.ceil(km * 100) * 10)} m`;
  return km < 10 ? `${Math.ceil(km * 10) / 10} km` : `${Math.ceil(km)} km`;
}
