/** Pictures for trials: smooth, with edges and noise as photos have them, and the same at each start. */
export function samplePictures(count: number, width: number, height: number): Uint8Array {
  let state = 20_251;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const pixels = new Uint8Array(count * width * height * 3);
  let at = 0;
  for (let picture = 0; picture < count; picture++) {
    const waves = Array.from({ length: 9 }, () => ({ x: 12 * random(), y: 12 * random(), phase: 7 * random() }));
    const [edgeX, edgeY] = [random() * width, random() * height];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const step = (x > edgeX ? 40 : 0) - (y > edgeY ? 40 : 0);
        for (let channel = 0; channel < 3; channel++) {
          let value = 128 + step + 24 * (random() - 0.5);
          for (let i = channel; i < 9; i += 3) {
            const wave = waves[i] ?? { x: 0, y: 0, phase: 0 };
            value += 25 * Math.sin((wave.x * x) / width + (wave.y * y) / height + wave.phase);
          }
          pixels[at++] = Math.max(0, Math.min(255, value));
        }
      }
    }
  }
  return pixels;
}
