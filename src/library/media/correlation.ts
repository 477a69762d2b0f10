/** Below this deviation (grey levels) a picture is flat, and its correlation with another says nothing. */
const FLAT = 2;

/** Pearson's correlation of the brightness, 0–255, of two pictures cell by cell; 0 where one of the two is flat or they differ in length. */
export function correlation(a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): number {
  const n = a.length;
  if (n === 0 || n !== b.length) return 0;
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    sumA += x;
    sumB += y;
    squaresA += x * x;
    squaresB += y * y;
    products += x * y;
  }
  const deviationA = Math.sqrt(Math.max(0, squaresA / n - (sumA / n) ** 2));
  const deviationB = Math.sqrt(Math.max(0, squaresB / n - (sumB / n) ** 2));
  if (deviationA < FLAT || deviationB < FLAT) return 0;
  return (products / n - (sumA / n) * (sumB / n)) / (deviationA * deviationB);
}
