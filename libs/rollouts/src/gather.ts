import { type Frames } from './frames.ts';

export interface GatherOptions {
  /** Frames in one observation. */
  stack: number;
  /** 1 for [B, H, W, stack]; b for the space-to-depth layout [B, H/b, W/b, b·b·stack]. */
  block: number;
  /** Where to write; allocated when it is left out. */
  into?: Uint8Array<ArrayBuffer>;
}

/**
 * Stacks the observations that end in the frames `indices`: `stack` frames, oldest first. A stack never reaches across
 * the start of its episode: blank frames stand there, as in ALE's vector environment. Space-to-depth puts pixel
 * (Y·b + dy, X·b + dx) of the k-th oldest frame into [Y, X, (dy·b + dx)·stack + k].
 * @returns [B, H/b, W/b, b·b·stack] uint8
 * @throws RangeError when the block does not divide the frames or `into` has another size
 */
export function gatherObservations(
  frames: Frames,
  indices: ArrayLike<number>,
  { stack, block, into }: GatherOptions,
): Uint8Array<ArrayBuffer> {
  const { height, width } = frames;
  const size = height * width * stack;
  const observations = into ?? new Uint8Array(indices.length * size);
  if (height % block !== 0 || width % block !== 0) {
    throw new RangeError(`Blocks of ${block} do not divide frames of ${height}×${width}.`);
  }
  if (observations.length !== indices.length * size) {
    throw new RangeError(
      `${indices.length} observations take ${indices.length * size} bytes, not ${observations.length}.`,
    );
  }
  const sources = new Int32Array(stack);
  const words = inWords(frames, observations, { stack, block });
  for (let b = 0; b < indices.length; b++) {
    stackFrames(frames, indices[b] as number, sources);
    if (words) interleaveWords(words, sources, (b * size) / 4);
    else interleave({ frames, observations, block }, sources, b * size);
  }
  return observations;
}

/** Fills `sources` with the frames of one observation, oldest first; the blank frame stands before an episode's start. */
function stackFrames({ count, firstOfEpisode }: Frames, newest: number, sources: Int32Array): void {
  if (!(newest >= 0 && newest < count)) throw new RangeError(`There is no frame ${newest}, only ${count}.`);
  const first = firstOfEpisode[newest] as number;
  for (let k = 0; k < sources.length; k++) {
    const frame = newest - sources.length + 1 + k;
    sources[k] = frame < first ? count : frame;
  }
}

/** Byte by byte: right for every shape. */
function interleave(
  { frames, observations, block }: { frames: Frames; observations: Uint8Array; block: number },
  sources: Int32Array,
  offset: number,
): void {
  const { data, height, width } = frames;
  const stack = sources.length;
  for (let k = 0; k < stack; k++) {
    let from = (sources[k] as number) * height * width;
    for (let y = 0; y < height; y++) {
      const row = offset + (y - (y % block)) * width * stack + (y % block) * block * stack + k;
      for (let x = 0; x < width; x++) {
        const dx = x % block;
        observations[row + ((x - dx) * block + dx) * stack] = data[from++] as number;
      }
    }
  }
}

interface Words {
  pixels: Int32Array;
  observations: Int32Array;
  height: number;
  /** Of a row, in words of four pixels. */
  width: number;
  block: number;
}

/**
 * Four frames deep, and in blocks of four or none, four neighbouring pixels of four frames are sixteen neighbouring
 * bytes of the observation: 4×4 bytes to transpose, in registers.
 */
function inWords(
  { data, height, width }: Frames,
  observations: Uint8Array,
  { stack, block }: GatherOptions,
): Words | null {
  const fits = stack === 4 && width % 4 === 0 && (block === 1 || block === 4);
  if (!fits || data.byteOffset % 4 !== 0 || observations.byteOffset % 4 !== 0) return null;
  return {
    pixels: new Int32Array(data.buffer, data.byteOffset, data.length >> 2),
    observations: new Int32Array(observations.buffer, observations.byteOffset, observations.length >> 2),
    height,
    width: width / 4,
    block,
  };
}

/** As `interleave`, sixteen bytes at a time, and six times as fast. Little endian, as the machines that Node runs on are. */
function interleaveWords(
  { pixels, observations, height, width, block }: Words,
  sources: Int32Array,
  offset: number,
): void {
  const frame = height * width;
  let a = (sources[0] as number) * frame;
  let b = (sources[1] as number) * frame;
  let c = (sources[2] as number) * frame;
  let d = (sources[3] as number) * frame;
  // A word of the observation is one pixel of all four frames; a row's next four pixels lie one block further.
  const stride = block === 1 ? 4 : block * block;
  for (let y = 0; y < height; y++) {
    let to = offset + (y - (y % block)) * width * 4 + (y % block) * block;
    for (const end = a + width; a < end; to += stride) {
      const p = pixels[a++] as number;
      const q = pixels[b++] as number;
      const r = pixels[c++] as number;
      const s = pixels[d++] as number;
      const pqEven = (p & 0x00ff00ff) | ((q & 0x00ff00ff) << 8);
      const pqOdd = ((p >>> 8) & 0x00ff00ff) | (q & 0xff00ff00);
      const rsEven = (r & 0x00ff00ff) | ((s & 0x00ff00ff) << 8);
      const rsOdd = ((r >>> 8) & 0x00ff00ff) | (s & 0xff00ff00);
      observations[to] = (pqEven & 0xffff) | (rsEven << 16);
      observations[to + 1] = (pqOdd & 0xffff) | (rsOdd << 16);
      observations[to + 2] = (pqEven >>> 16) | (rsEven & 0xffff0000);
      observations[to + 3] = (pqOdd >>> 16) | (rsOdd & 0xffff0000);
    }
  }
}
