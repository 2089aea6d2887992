import { type Frames } from './frames.ts';

/** Frames of several recordings as one: those of the first keep their indices, the others follow. */
export function joinFrames(parts: readonly [Frames, ...Frames[]]): Frames {
  const [{ height, width, padding }] = parts;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const size = height * width;
  // Blank after the last, as of every Frames.
  const data = new Uint8Array(new SharedArrayBuffer((count + 1) * size));
  const firstOfEpisode = new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
  let start = 0;
  for (const part of parts) {
    if (part.height !== height || part.width !== width) {
      throw new RangeError(`frames of ${part.height}×${part.width} do not join those of ${height}×${width}`);
    }
    data.set(part.data.subarray(0, part.count * size), start * size);
    firstOfEpisode.set(
      part.firstOfEpisode.map((first) => first + start),
      start,
    );
    start += part.count;
  }
  return { data, count, height, width, firstOfEpisode, ...(padding && { padding }) };
}
