import { allocateStacks, kernelFits, stackFour } from './stack-kernel.mjs';

/** uint8 → pixel in [0, 1], as the division in float32 gives it: multiplying by 1/255 differs in half of the bytes. */
const PIXEL = Float32Array.from({ length: 256 }, (_, value) => value / 255);

/** Shared memory for pixels; see pixels.d.mts. */
export function allocatePixels(length) {
  return new Float32Array(allocateStacks(length * Float32Array.BYTES_PER_ELEMENT).buffer, 0, length);
}

/** Puts stacked frames together as float32 pixels; see pixels.d.mts. Plain JavaScript, because gather-thread.mjs runs it too. */
export function stackPixels(images, { size, stack }, sources, pixels) {
  if (kernelFits({ size, stack })) return stackFour(images, size, sources, pixels);
  for (let b = 0; b < sources.length; b += stack) {
    interleave(images, size, sources.subarray(b, b + stack), pixels.subarray(b * size, (b + stack) * size));
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
