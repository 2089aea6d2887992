import { type ArcadeOptions, openArcade, type VideoMove } from '@distiller/arcade';
import { type Observations } from '../observations.ts';
import { chooseAction, type Player } from './player.ts';

/** The beginning of one game as one policy plays it. */
export interface Trace {
  moves: VideoMove[];
  /** Whether the game ended with the last move. */
  ended: boolean;
  return: number;
  /** What it saw: the observation before each move. */
  observations: Observations;
}

/** Plays one game, for so many steps at most. */
export async function traceGame(
  options: Omit<ArcadeOptions, 'numEnvs'>,
  player: Player,
  maxSteps: number,
): Promise<Trace> {
  const arcade = await openArcade({ ...options, numEnvs: 1 });
  try {
    const frameBytes = options.height * options.width;
    const [moves, frames]: [VideoMove[], Uint8Array[]] = [[], []];
    let ended = false;
    while (moves.length < maxSteps && !ended) {
      const [probabilities] = await player.probabilities(arcade.observations);
      const action = chooseAction(player.acting, probabilities!, { seed: options.seed, step: moves.length });
      frames.push(arcade.observations.slice(-frameBytes));
      const { rewards, terminated, truncated } = await arcade.step([action]);
      moves.push({ action, probabilities: probabilities!, reward: rewards[0]! });
      ended = terminated[0]! || truncated[0]!;
    }
    const total = moves.reduce((sum, { reward }) => sum + reward, 0);
    return { moves, ended, return: total, observations: asObservations(frames, options) };
  } finally {
    await arcade.close();
  }
}

/** As frames of rollouts with one episode: the frame after the last is blank. */
function asObservations(
  list: readonly Uint8Array[],
  { height, width, stack }: Omit<ArcadeOptions, 'numEnvs'>,
): Observations {
  const count = list.length;
  const data = new Uint8Array(new SharedArrayBuffer((count + 1) * height * width));
  for (const [index, frame] of list.entries()) data.set(frame, index * height * width);
  return { frames: { data, count, height, width, firstOfEpisode: new Int32Array(count) }, stack };
}
