/** Colours of HDR and wide-gamut video as sRGB: what a frame that was filmed for a bright screen looks like on any other. Pure. */

/** How light is coded in a frame. */
export type Transfer = 'pq' | 'hlg' | 'sdr';

/** Whose red, green and blue. */
export type Primaries = 'bt2020' | 'p3' | 'bt709';

/** From linear RGB of these primaries to linear BT.709, whose primaries sRGB has. Rows; both have the white D65. */
const TO_BT709: Readonly<Record<Primaries, readonly number[]>> = {
  bt2020: [1.6605, -0.5876, -0.0728, -0.1246, 1.1329, -0.0083, -0.0182, -0.1006, 1.1187],
  p3: [1.2249, -0.2247, 0, -0.042, 1.0419, 0, -0.0197, -0.0786, 1.0979],
  bt709: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

/** Brightness of white paper in HDR, cd/m²: ITU-R BT.2408. */
const REFERENCE_WHITE = 203;

/** Up to here (1 is white) light is kept as it is; what is brighter comes ever closer to white. */
const KNEE = 0.5;

/**
 * Packed RGB of 16 bits a value (little-endian) as packed sRGB of 8 bits.
 *
 * @param pixels as many values as three a pixel
 */
export function toSrgb(pixels: Uint16Array, transfer: Transfer, primaries: Primaries): Uint8Array {
  const light = lightTable(transfer);
  const m = TO_BT709[primaries];
  const result = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i += 3) {
    let red = light[(pixels[i] ?? 0) >> 4] ?? 0;
    let green = light[(pixels[i + 1] ?? 0) >> 4] ?? 0;
    let blue = light[(pixels[i + 2] ?? 0) >> 4] ?? 0;
    if (transfer !== 'sdr') {
      // by the brightest of the three, so that hues stay
      const scale = toneScale(Math.max(red, green, blue));
      red *= scale;
      green *= scale;
      blue *= scale;
    }
    for (let c = 0; c < 3; c++) {
      const value = (m[3 * c] ?? 0) * red + (m[3 * c + 1] ?? 0) * green + (m[3 * c + 2] ?? 0) * blue;
      result[i + c] = SRGB[Math.round(4095 * Math.min(1, Math.max(0, value)))] ?? 0;
    }
  }
  return result;
}

/** What light is scaled by, by the brightest of the three. White comes to 0.82, four times as bright to 0.9995. */
function toneScale(brightest: number): number {
  if (brightest <= KNEE) return 1;
  return (1 - (1 - KNEE) * Math.exp((KNEE - brightest) / (1 - KNEE))) / brightest;
}

/** Linear light for 12 bits of a coded value: 1 is white. */
function lightTable(transfer: Transfer): Float32Array {
  return Float32Array.from({ length: 4096 }, (_, i) => LIGHT[transfer](i / 4095));
}

const LIGHT: Readonly<Record<Transfer, (value: number) => number>> = {
  // SMPTE ST 2084
  pq: (value) => {
    const power = value ** (1 / 78.84375);
    return (
      ((Math.max(0, power - 0.8359375) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125) * 10_000) /
      REFERENCE_WHITE
    );
  },
  // ARIB STD-B67, on a screen of 1,000 cd/m² (whose gamma of 1.2 is applied to each colour by itself)
  hlg: (value) => {
    const scene = value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12;
    return (scene ** 1.2 * 1000) / REFERENCE_WHITE;
  },
  // what cameras make is shown as if it were sRGB
  sdr: (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4),
};

const SRGB = Uint8Array.from({ length: 4096 }, (_, i) => {
  const light = i / 4095;
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
});
