import { RolloutsError } from './rollouts-error.ts';

/** Consecutive steps of one episode, as they go into a rollouts file. */
export interface EpisodeSteps {
  /** [T, height, width]; frame t is the newest frame of the observation on which action t was chosen. */
  frames: Uint8Array;
  height: number;
  width: number;
  /** [T] indices into the file's action names. */
  actions: Uint8Array;
  /** [T] raw rewards that followed the actions. */
  rewards: Float32Array;
  /** [T, actions] what a teacher said while another policy played; of all steps of a file or of none. */
  logProbs?: Float32Array;
}

/** One whole episode of T steps. */
export interface EpisodeRecord extends EpisodeSteps {
  /** Whether the game ended; otherwise the episode was cut by a time limit. */
  terminated: boolean;
}

/** @throws RolloutsError when the parts of the steps do not fit each other or the file's action names */
export function checkSteps(
  { frames, height, width, actions, rewards, logProbs }: EpisodeSteps,
  actionCount: number,
): void {
  const steps = actions.length;
  if (steps === 0) throw new RolloutsError('an episode has at least one step');
  if (frames.length !== steps * height * width) {
    throw new RolloutsError(`frames: ${frames.length} bytes are not ${steps} frames of ${height}×${width}`);
  }
  if (rewards.length !== steps) throw new RolloutsError(`rewards: ${rewards.length} for ${steps} actions`);
  checkActions(actions, actionCount);
  checkRewards(rewards);
  if (!logProbs) return;
  if (logProbs.length === steps * actionCount && logProbs.every(Number.isFinite)) return;
  throw new RolloutsError(`log_probs: not ${steps} × ${actionCount} finite numbers`);
}

/** @throws RolloutsError on an action without a name */
export function checkActions(actions: Uint8Array, actionCount: number): void {
  const wrong = actions.find((action) => action >= actionCount);
  if (wrong !== undefined) throw new RolloutsError(`actions: ${wrong} has no name, there are ${actionCount}`);
}

/** @throws RolloutsError on a reward that is no number */
export function checkRewards(rewards: Float32Array): void {
  if (!rewards.every(Number.isFinite)) throw new RolloutsError('rewards: not finite');
}
