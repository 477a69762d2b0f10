/** Made when dates are first written: it takes 20 ms. */
let days: Intl.DateTimeFormat | null = null;

/** "12 August 2019", "2–5 May 2019", "30 April – 2 May 2019". @param from milliseconds of the clock, counted as UTC */
export function eventDates(from: number, to: number): string {
  // whether there are spaces around the dash, and which, is another in each version of Unicode's data
  days ??= new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  return days
    .formatRange(from, to)
    .replaceAll(/\s/g, ' ')
    .replace(/^(\d+) ?– ?/, '$1–');
}

/** What an event is called: what it is about and where it was, as far as that is known; its dates where nothing is. */
export function eventTitle(about: string | null, place: string | null, dates: string): string {
  const known = [about, place].filter((part) => part !== null);
  return known.length === 0 ? dates : asTitle(known.join(', '));
}

/** "near Lyon, France" → "Near Lyon, France". */
export function asTitle(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "45.76° N, 4.84° E": to a kilometre. */
export function degreeWords({
  latitude,
  longitude,
}: {
  readonly latitude: number;
  readonly longitude: number;
}): string {
  const north = `${Math.abs(latitude).toFixed(2)}° ${latitude < 0 ? 'S' : 'N'}`;
  return `${north}, ${Math.abs(longitude).toFixed(2)}° ${longitude < 0 ? 'W' : 'E'}`;
}
