/** uint8 → pixel in [0, 1], as the division in float32 gives it: multiplying by 1/255 differs in half of the bytes. */
const PIXEL = Float32Array.from({ length: 256 }, (_, value) => value / 255);

const WASM_PAGE = 65_536;

/** Shared memory for pixels; see pixels.d.mts. */
export function allocatePixels(length) {
  const pages = Math.ceil((length * Float32Array.BYTES_PER_ELEMENT) / WASM_PAGE);
  const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return new Float32Array(buffer, 0, length);
}

/** Puts stacked frames together as float32 pixels; see pixels.d.mts. Plain JavaScript, because gather-thread.mjs runs it too. */
export function stackPixels(images, { size, stack }, sources, pixels) {
  const fits = stack === 4 && size % 4 === 0 && images.byteOffset % 4 === 0;
  const words = fits ? new Int32Array(images.buffer, images.byteOffset, images.length >> 2) : undefined;
  for (let b = 0; b < sources.length; b += stack) {
    const frames = sources.subarray(b, b + stack);
    if (words) interleaveWords(words, size / 4, frames, pixels.subarray(b * size, (b + stack) * size));
    else interleave(images, size, frames, pixels.subarray(b * size, (b + stack) * size));
  }
}

/** Pixel by pixel: right for every shape. */
function interleave(images, size, frames, pixels) {
  const stack = frames.length;
  for (let k = 0; k < stack; k++) {
    let from = frames[k] * size;
    for (let to = k; to < pixels.length; to += stack) pixels[to] = PIXEL[images[from++]];
  }
}

/** As `interleave`, four pixels of four frames at a time, and two and a half times as fast. Little endian, as Node's machines are. */
function interleaveWords(words, size, frames, pixels) {
  let a = frames[0] * size;
  let b = frames[1] * size;
  let c = frames[2] * size;
  let d = frames[3] * size;
  for (let to = 0; to < pixels.length; to += 16) {
    const p = words[a++];
    const q = words[b++];
    const r = words[c++];
    const s = words[d++];
    pixels[to] = PIXEL[p & 255];
    pixels[to + 1] = PIXEL[q & 255];
    pixels[to + 2] = PIXEL[r & 255];
    pixels[to + 3] = PIXEL[s & 255];
    pixels[to + 4] = PIXEL[(p >>> 8) & 255];
    pixels[to + 5] = PIXEL[(q >>> 8) & 255];
    pixels[to + 6] = PIXEL[(r >>> 8) & 255];
    pixels[to + 7] = PIXEL[(s >>> 8) & 255];
    pixels[to + 8] = PIXEL[(p >>> 16) & 255];
    pixels[to + 9] = PIXEL[(q >>> 16) & 255];
    pixels[to + 10] = PIXEL[(r >>> 16) & 255];
    pixels[to + 11] = PIXEL[(s >>> 16) & 255];
    pixels[to + 12] = PIXEL[p >>> 24];
    pixels[to + 13] = PIXEL[q >>> 24];
    pixels[to + 14] = PIXEL[r >>> 24];
    pixels[to + 15] = PIXEL[s >>> 24];
  }
}
