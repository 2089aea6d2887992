import { type ArcadeOptions } from './arcade-options.ts';

type Stacking = Pick<ArcadeOptions, 'stack' | 'height' | 'width' | 'numEnvs' | 'stackPadding'>;

/**
 * The observations after a step: each game's stack moved on by its newest frame, or begun with it.
 * @param previous [n, stack, height, width], oldest frame first
 * @param frames [n, height, width] the newest
 * @param begins whether a game's frame is the first of its episode
 * @param observations [n, stack, height, width], written over; no memory of `previous`
 */
export function stackFrames(
  stacking: Stacking,
  previous: Uint8Array,
  { frames, begins, observations }: { frames: Uint8Array; begins: (game: number) => boolean; observations: Uint8Array },
): void {
  const { frame: size, stack } = sizes(stacking);
  for (let game = 0; game < stacking.numEnvs; game++) {
    const own = observations.subarray(game * stack, (game + 1) * stack);
    const frame = frames.subarray(game * size, (game + 1) * size);
    if (begins(game)) {
      begin(stacking, own.fill(0), frame);
    } else {
      own.set(previous.subarray(game * stack + size, (game + 1) * stack));
      own.set(frame, stack - size);
    }
  }
}

/** The observations after some games started anew: the others show what they showed. Memory of its own, as above. */
export function beginStacks(
  stacking: Stacking,
  previous: Uint8Array,
  { frames, games }: { frames: Uint8Array; games: readonly number[] },
): Uint8Array {
  const { frame: size, stack } = sizes(stacking);
  const observations = previous.slice();
  for (const game of games) {
    const own = observations.subarray(game * stack, (game + 1) * stack);
    begin(stacking, own.fill(0), frames.subarray(game * size, (game + 1) * size));
  }
  return observations;
}

function begin({ stack, stackPadding }: Stacking, own: Uint8Array, frame: Uint8Array): void {
  for (let k = stackPadding === 'repeat' ? 0 : stack - 1; k < stack; k++) own.set(frame, k * frame.length);
}

/** Bytes of a frame and of a stack. */
function sizes({ height, width, stack }: Stacking): { frame: number; stack: number } {
  return { frame: height * width, stack: stack * height * width };
}
