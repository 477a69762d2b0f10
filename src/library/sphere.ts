/** A point on the Earth, degrees north and east. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

const EARTH_KM = 6371;

export const KM_PER_DEGREE = (Math.PI * EARTH_KM) / 180;

/** Along the surface of a sphere (haversine): off by less than 0.6 % on Earth. */
export function kilometres(a: Place, b: Place): number {
  const [north, east] = [radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)];
  const across = Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(east / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(Math.sin(north / 2) ** 2 + across)));
}

export function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** The point that a sum of unit vectors points to; the first axis is 0° N 0° E, the second 90° E, the third the north pole. */
export function placeOfSum(x: number, y: number, z: number): Place {
  const degrees = (angle: number): number => (angle * 180) / Math.PI;
  return { latitude: degrees(Math.atan2(z, Math.hypot(x, y))), longitude: degrees(Math.atan2(y, x)) };
}
