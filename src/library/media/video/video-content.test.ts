import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isCutOff, isVideo } from './video-content.ts';

const box = (type: string): Buffer => Buffer.from(`\0\0\0\x18${type}\0\0\x02\0`, 'latin1');
const packets = (size: number, at: number): Buffer => {
  const bytes = Buffer.alloc(400);
  for (let i = at; i < 400; i += size) bytes[i] = 0x47;
  return bytes;
};

function gifLikePackets(): Buffer {
  const bytes = packets(188, 0);
  bytes.write('GIF89a', 'latin1');
  return bytes;
}

test.each([
  ['MP4', box('ftypisom'), true],
  ['QuickTime', box('ftypqt  '), true],
  ['QuickTime of old', box('moov'), true],
  ['HEIC', box('ftypheic'), false],
  ['AVIF', box('ftypavif'), false],
  ['a camera raw file of Canon', box('ftypcrx '), false],
  ['Matroska', Buffer.from('1a45dfa3a3', 'hex'), true],
  ['AVI', Buffer.from('RIFF\0\0\0\0AVI LIST', 'latin1'), true],
  ['WebP', Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1'), false],
  ['WMV', Buffer.from('3026b2758e66cf11', 'hex'), true],
  ['MPEG', Buffer.from('000001ba44', 'hex'), true],
  ['a transport stream', packets(188, 0), true],
  ['a transport stream of a camera', packets(192, 4), true],
  ['GIF, whose name begins as a packet does', Buffer.from('GIF89a', 'latin1'), false],
  ['GIF, with the same byte where a second packet would begin', gifLikePackets(), false],
  ['text', Buffer.from('Dear diary, '), false],
  ['nothing', Buffer.alloc(0), false],
])('%s', (_, bytes, expected) => expect(isVideo(bytes)).toBe(expected));

test('a movie is cut off where a box that holds it ends beyond the file, not where something else follows it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-boxes-'));
  const whole = (type: string, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    bytes.writeUInt32BE(length, 0);
    bytes.write(type, 4, 'latin1');
    return bytes;
  };
  const movie = Buffer.concat([whole('ftyp', 24), whole('moov', 40), whole('mdat', 400)]);
  const cases: [Buffer, boolean][] = [
    [movie, false],
    [movie.subarray(0, 300), true],
    [Buffer.concat([movie, Buffer.from('ff00ff00ff00ff00ff00', 'hex')]), false],
    [Buffer.concat([movie, whole('free', 900).subarray(0, 60)]), false],
  ];
  try {
    for (const [i, [bytes, expected]] of cases.entries()) {
      const file = join(folder, `${i}.mp4`);
      await writeFile(file, bytes);
      expect(await isCutOff(file), `case ${i}`).toBe(expected);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
