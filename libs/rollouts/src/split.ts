import { RolloutsError } from './rollouts-error.ts';
import { type Rollouts } from './rollouts.ts';

export interface SplitOptions {
  /** Share of the frames before the held-out episodes that is trained on, in (0, 1]. */
  trainFraction: number;
  /** Least share of all frames that is held out, in [0, 1). */
  heldOutFraction: number;
}

/**
 * Splits by episode and in time: held out are the last whole episodes that make up at least `heldOutFraction` of the
 * frames; trained on is the first `trainFraction` of the frames before them. No episode is on both sides.
 * @returns frame indices in time order
 * @throws RolloutsError when nothing would be left to train on
 */
export function splitByEpisode(
  { frameCount, episodes }: Pick<Rollouts, 'frameCount' | 'episodes'>,
  { trainFraction, heldOutFraction }: SplitOptions,
): { train: Int32Array; heldOut: Int32Array } {
  const wanted = heldOutFraction * frameCount;
  const boundary =
    wanted > 0 ? (episodes.findLast(({ start }) => frameCount - start >= wanted)?.start ?? 0) : frameCount;
  if (boundary === 0) {
    throw new RolloutsError(`episodes: holding out ${heldOutFraction} of ${episodes.length} leaves none to train on`);
  }
  const trained = Math.max(1, Math.floor(trainFraction * boundary));
  return { train: range(0, trained), heldOut: range(boundary, frameCount) };
}

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, index) => start + index);
}
