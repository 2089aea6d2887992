/**
 * Floats in shared memory at the start of a page: TensorFlow takes values that lie at a multiple of 64 bytes as they are
 * and copies all others, and a SharedArrayBuffer lies anywhere. WebAssembly's memory is where Node gives whole pages.
 */
export function allocatePixels(length: number): Float32Array<SharedArrayBuffer>;

/**
 * Stacks frames into observations of float32 pixels in [0, 1]: byte / 255 as float32 gives it.
 * @param images [n, size] uint8, frame after frame
 * @param shape pixels of one frame, and frames in one observation
 * @param sources [B, stack] the frames of each observation, oldest first
 * @param pixels [B, size, stack] where to write
 */
export function stackPixels(
  images: Uint8Array,
  shape: { size: number; stack: number },
  sources: Int32Array,
  pixels: Float32Array,
): void;
