import { z } from 'zod';
import { provisionArcade } from './arcade.ts';
import { startEmulator } from './emulator.ts';

export interface SaliencyPicture {
  count: number;
  height: number;
  width: number;
  /** [count, height, width] */
  frames: Uint8Array;
  /** [count, height, width] each, not negative. */
  saliency: { title: string; values: Float32Array }[];
}

const Drawn = z.object({ width: z.number(), height: z.number() });

/**
 * A row a frame: the frame, the saliency of the first and of the second policy over it (on one scale, of the first), and the
 * second minus the first in diverging colours: red where the second looks more, blue where it looks less, white where both agree.
 * @returns a PNG
 * @throws ArcadeUnavailableError
 */
export async function drawSaliency(
  picture: SaliencyPicture,
): Promise<{ bytes: Uint8Array; width: number; height: number }> {
  const artist = startEmulator(await provisionArcade(), 'saliency.py', 'painter of saliency');
  try {
    const { count, height, width, frames, saliency } = picture;
    const titles = ['frame', ...saliency.map(({ title }) => title), 'difference'];
    const maps = saliency.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    const request = { do: 'draw', count, height, width, titles };
    const { header, payload } = await artist.request(request, Buffer.concat([frames, ...maps]));
    return { bytes: payload, ...Drawn.parse(header) };
  } finally {
    await artist.close();
  }
}
