import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ArcadeError } from './arcade-error.ts';
import { startEmulator } from './emulator.ts';
import { GAMES } from './games.ts';
import { provideVenv } from './venv.ts';

const REQUIREMENTS = fileURLToPath(new URL('../python/requirements.txt', import.meta.url));

export interface ArcadeOptions {
  /** One of GAMES. */
  game: string;
  /** Games played side by side; game i of n starts from seed + i. */
  numEnvs: number;
  seed: number;
  /** Emulator frames for which an action is held. */
  frameSkip: number;
  /** 1, or 2 for the maximum of the last two emulator frames. */
  maxPoolLast: number;
  /** Frames in an observation. */
  stack: number;
  height: number;
  width: number;
  /** Upper bound of the random number of no-ops at an episode's start. */
  noopMax: number;
  /** Whether FIRE is pressed at an episode's start in games that wait for it. */
  fireReset: boolean;
  stickyActionProbability: number;
  actionSet: 'minimal' | 'full';
  /** Emulator frames after which an episode is truncated; 108,000 (half an hour of play) unless told. */
  maxEpisodeFrames?: number;
}

export interface ArcadeStep {
  /** [numEnvs, stack, height, width], oldest frame first. Where an episode ended it is the next one's first. */
  observations: Uint8Array;
  /** [numEnvs] raw, not clipped. */
  rewards: Float32Array;
  /** [numEnvs] whether the game ended with this step. */
  terminated: boolean[];
  /** [numEnvs] whether the step was the last that the time limit allows. */
  truncated: boolean[];
}

/** Games of one kind, played side by side in a process of their own. */
export interface Arcade {
  options: ArcadeOptions;
  /** Names of the actions; an action is an index into them. */
  actions: string[];
  /** Of the emulator's packages. */
  versions: Record<string, string>;
  /** What the games show now: [numEnvs, stack, height, width] grey pixels, oldest frame first, blank before a start. */
  observations: Uint8Array;
  /** Starts every game anew. */
  reset(seed: number): Promise<Uint8Array>;
  /** Plays one action in every game; a game that ended starts anew at once. @throws ArcadeError */
  step(actions: ArrayLike<number>): Promise<ArcadeStep>;
  close(): Promise<void>;
}

const Opened = z.object({ actions: z.array(z.string()), versions: z.record(z.string(), z.string()) });
const Stepped = z.object({
  rewards: z.array(z.number()),
  terminated: z.array(z.boolean()),
  truncated: z.array(z.boolean()),
});

/** Makes the emulator ready on this machine; the first time it installs it. @throws ArcadeUnavailableError */
export async function provisionArcade(): Promise<string> {
  return provideVenv('arcade', REQUIREMENTS);
}

/**
 * Opens games in the Arcade Learning Environment, as its vector environment plays them: the same options, seed and
 * actions give the same observations.
 * @throws ArcadeError, ArcadeUnavailableError
 */
export async function openArcade(options: ArcadeOptions): Promise<Arcade> {
  if (!GAMES.includes(options.game)) throw new ArcadeError(`Unknown game '${options.game}'.`);
  const emulator = startEmulator(await provisionArcade());
  try {
    const opened = Opened.parse((await emulator.request({ do: 'open', options: toPython(options) })).header);
    const reset = async (seed: number) => (await emulator.request({ do: 'reset', seed })).payload;
    const arcade: Arcade = {
      options,
      ...opened,
      observations: await reset(options.seed),
      async reset(seed) {
        return (arcade.observations = await reset(seed));
      },
      async step(actions) {
        const { header, payload } = await emulator.request({ do: 'step' }, checkedActions(actions, arcade));
        const { rewards, terminated, truncated } = Stepped.parse(header);
        arcade.observations = payload;
        return { observations: payload, rewards: Float32Array.from(rewards), terminated, truncated };
      },
      close: () => emulator.close(),
    };
    return arcade;
  } catch (error) {
    await emulator.close();
    throw error;
  }
}

/** The emulator itself would take any number for an action. */
function checkedActions(actions: ArrayLike<number>, { options, actions: names }: Arcade): Uint8Array {
  if (actions.length !== options.numEnvs) {
    throw new ArcadeError(`${options.numEnvs} games take as many actions, not ${actions.length}.`);
  }
  for (let index = 0; index < actions.length; index++) {
    if (names[actions[index] as number] === undefined) {
      throw new ArcadeError(`There is no action ${actions[index]}, only ${names.length}.`);
    }
  }
  return Uint8Array.from(actions);
}

/** The options in the words of the vector environment. */
export function toPython(options: ArcadeOptions) {
  return {
    game: options.game,
    num_envs: options.numEnvs,
    frameskip: options.frameSkip,
    max_pool_last: options.maxPoolLast,
    stack_num: options.stack,
    img_height: options.height,
    img_width: options.width,
    noop_max: options.noopMax,
    use_fire_reset: options.fireReset,
    repeat_action_probability: options.stickyActionProbability,
    action_set: options.actionSet,
    max_num_frames_per_episode: options.maxEpisodeFrames ?? 108_000,
  };
}
