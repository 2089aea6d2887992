import { openArcade, recordEpisodes, type RecordingGoal } from '@distiller/arcade';
import { buildNetwork, loadWeights, logits, type Policy } from '@distiller/policies';
import { createRolloutsWriter, type SealedRollouts } from '@distiller/rollouts';
import { type RandomStream, randomStream } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type RegisteredTeacher } from './load-policy.ts';
import { contractHash, type ObservationContract } from './spec/index.ts';
import { resolveTable } from './spec/teacher.ts';

export interface RecordOptions {
  /** Name that the rollouts give to who played. */
  name: string;
  acting: 'sampled' | 'greedy';
  goal: RecordingGoal;
  /** Games played side by side. */
  numEnvs: number;
  seed: number;
  onEpisode?: (episode: { frames: number; return: number }) => void;
}

/**
 * Lets a teacher play under its own observation contract and writes whole episodes into a rollouts file.
 * @throws ArcadeUnavailableError where there is no emulator
 */
export async function record(
  teacher: RegisteredTeacher,
  path: string,
  options: RecordOptions,
): Promise<SealedRollouts> {
  const { observation } = teacher;
  const arcade = await openArcade({ ...toArcade(observation), numEnvs: options.numEnvs, seed: options.seed });
  try {
    const writer = await createRolloutsWriter(path, {
      game: observation.game,
      actions: arcade.actions,
      observation,
      contract_hash: contractHash(observation),
      teacher: options.name,
      acting: options.acting,
      seed: options.seed,
      versions: arcade.versions,
    });
    const act = actor(loadPolicy(teacher), observation, options);
    await recordEpisodes(arcade, act, options.goal, async (episode) => {
      await writer.appendEpisode(episode);
      const total = episode.rewards.reduce((sum, reward) => sum + reward, 0);
      options.onEpisode?.({ frames: episode.actions.length, return: total });
    });
    return await writer.seal();
  } finally {
    await arcade.close();
  }
}

export function toArcade(contract: ObservationContract) {
  return {
    game: contract.game,
    frameSkip: contract.frame_skip,
    maxPoolLast: contract.max_pool_last,
    stack: contract.stack,
    height: contract.height,
    width: contract.width,
    noopMax: contract.noop_max,
    fireReset: contract.fire_reset,
    stickyActionProbability: contract.sticky_action_probability,
    actionSet: contract.action_set,
  };
}

export function loadPolicy({ observation, actions, architecture, weights }: RegisteredTeacher): Policy {
  const { rows } = resolveTable(architecture, observation, actions.length, '/architecture');
  const network = buildNetwork(rows);
  return { network, weights: loadWeights(rows, network, weights) };
}

/** Chooses the actions of each step; the draws depend on the seed and the number of the step alone. */
function actor(policy: Policy, { stack, height, width }: ObservationContract, { acting, seed }: RecordOptions) {
  let step = 0;
  return async (observations: Uint8Array): Promise<number[]> => {
    const random = randomStream(seed, 'acting', step++);
    const shape: [number, number, number, number] = [
      observations.length / (stack * height * width),
      stack,
      height,
      width,
    ];
    const probs = tf.tidy(() => {
      const x = tf.div(tf.transpose(tf.tensor4d(Float32Array.from(observations), shape), [0, 2, 3, 1]), 255);
      return tf.softmax(logits(policy, x));
    });
    const rows = await probs.array();
    probs.dispose();
    return rows.map((row) => (acting === 'greedy' ? row.indexOf(Math.max(...row)) : sample(row, random)));
  };
}

function sample(probs: readonly number[], random: RandomStream): number {
  let left = random.uniform();
  const chosen = probs.findIndex((p) => (left -= p) < 0);
  // Rounding can leave a trace of the last action's share.
  return chosen === -1 ? probs.length - 1 : chosen;
}
