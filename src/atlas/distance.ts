/** A point on the Earth, in degrees. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** The Earth's mean radius (IUGG). */
const earthRadiusKm = 6371.0088;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The great-circle distance in kilometres, by the haversine formula on a sphere (off by 0.5 % at most). */
export const distanceKm = (from: Coordinates, to: Coordinates): number => {
  const [latitudeA, latitudeB] = [radians(from.latitude), radians(to.latitude)];
  const halfChord =
    Math.sin((latitudeB - latitudeA) / 2) ** 2 +
    Math.cos(latitudeA) *
      Math.cos(latitudeB) *
      Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(halfChord)));
};
