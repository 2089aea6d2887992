import { stackPixels } from './pixels.mjs';

export { allocatePixels } from './pixels.mjs';

/**
 * Observations as an emulator shows them, as the networks see them: pixels in [0, 1], frames in the last axis.
 * @param observations uint8 [B, stack, size] where size is height × width
 * @param pixels float32 [B, size, stack], written over
 */
export function scaleObservations(
  observations: Uint8Array,
  { size, stack }: { size: number; stack: number },
  pixels: Float32Array,
): void {
  const sources = Int32Array.from({ length: observations.length / size }, (_, frame) => frame);
  stackPixels(observations, { size, stack }, sources, pixels);
}
