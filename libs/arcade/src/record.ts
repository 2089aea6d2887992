import { type Arcade } from './arcade.ts';

/** One whole episode of T steps. */
export interface RecordedEpisode {
  /** [T, height, width]; frame t is the newest frame of the observation on which action t was chosen. */
  frames: Uint8Array;
  height: number;
  width: number;
  /** [T] */
  actions: Uint8Array;
  /** [T] */
  rewards: Float32Array;
  terminated: boolean;
}

/** Chooses an action for each observation of [n, stack, height, width]. */
export type Act = (observations: Uint8Array) => Promise<ArrayLike<number>>;

export type RecordingGoal = { episodes: number } | { minFrames: number };

/**
 * Plays from the arcade's seed and hands over each episode as it ends. Every episode that is begun is finished and
 * handed over: to stop at a number of frames instead would keep the short episodes and drop the long ones.
 */
export async function recordEpisodes(
  arcade: Arcade,
  act: Act,
  goal: RecordingGoal,
  onEpisode: (episode: RecordedEpisode) => Promise<void> | void,
): Promise<{ episodes: number; frames: number }> {
  const tally = { begun: 0, frames: 0 };
  const isWanted = () => ('episodes' in goal ? tally.begun < goal.episodes : tally.frames < goal.minFrames);
  const begin = () => (isWanted() ? (tally.begun++, beginTake(arcade)) : null);
  await arcade.reset(arcade.options.seed);
  const takes = Array.from({ length: arcade.options.numEnvs }, begin);

  while (takes.some((take) => take !== null)) {
    const { observations } = arcade;
    const actions = await act(observations);
    const { rewards, terminated, truncated } = await arcade.step(actions);
    for (const [index, take] of takes.entries()) {
      if (!take) continue;
      tally.frames += 1;
      take.add(newestFrame(arcade, observations, index), actions[index] as number, rewards[index] as number);
      if (!terminated[index] && !truncated[index]) continue;
      await onEpisode(take.finish(terminated[index] === true));
      takes[index] = begin();
    }
  }
  return { episodes: tally.begun, frames: tally.frames };
}

/** A copy: the observations of a step are four times as large, and would be kept by a view. */
function newestFrame({ options }: Arcade, observations: Uint8Array, index: number): Uint8Array {
  const size = options.height * options.width;
  const end = (index + 1) * options.stack * size;
  return observations.slice(end - size, end);
}

function beginTake({ options: { height, width } }: Arcade) {
  const frames: Uint8Array[] = [];
  const actions: number[] = [];
  const rewards: number[] = [];
  return {
    add(frame: Uint8Array, action: number, reward: number) {
      frames.push(frame);
      actions.push(action);
      rewards.push(reward);
    },
    finish: (terminated: boolean): RecordedEpisode => ({
      frames: new Uint8Array(Buffer.concat(frames)),
      height,
      width,
      actions: Uint8Array.from(actions),
      rewards: Float32Array.from(rewards),
      terminated,
    }),
  };
}
