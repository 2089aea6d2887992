import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ArcadeError } from './arcade-error.ts';
import { type ArcadeOptions, openRequest } from './arcade-options.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { beginStacks, stackFrames } from './frame-stacks.ts';
import { GAMES } from './games.ts';
import { provideVenv } from './venv.ts';

const REQUIREMENTS = fileURLToPath(new URL('../python/requirements.txt', import.meta.url));

export interface ArcadeStep {
  /**
   * [numEnvs, stack, height, width], oldest frame first. Where an episode ended it is the next one's first. The step after the
   * next one writes it over: at a thousand frames a second new memory each time keeps a core busy collecting it.
   */
  observations: Uint8Array;
  /** [numEnvs] raw, not clipped. */
  rewards: Float32Array;
  /** [numEnvs] whether the game ended with this step. */
  terminated: boolean[];
  /** [numEnvs] whether the step was the last that the time limit allows. */
  truncated: boolean[];
}

/** The emulator's word for an action that is none. */
const WAITS = 255;

/** The emulator's seeds are below this; larger ones come round. */
const SEEDS = 2 ** 31;

/** A game that starts anew, from a seed of its own. */
export interface Start {
  game: number;
  /** In [0, 2³¹). */
  seed: number;
}

/** Games of one kind, played side by side in a process of their own. */
export interface Arcade {
  options: ArcadeOptions;
  /** Names of the actions; an action is an index into them. */
  actions: string[];
  /** Of the emulator's packages. */
  versions: Record<string, string>;
  /** Whether ale-py's vector environment plays them; else each is an emulator in Python, which is slower. */
  fast: boolean;
  /** What the games show now: [numEnvs, stack, height, width] grey pixels, oldest frame first. */
  observations: Uint8Array;
  /** Starts every game anew, game i from seed + i. */
  reset(seed: number): Promise<Uint8Array>;
  /** Starts these games anew. What a game plays then depends on its seed and actions alone. */
  restart(starts: readonly Start[]): Promise<Uint8Array>;
  /**
   * Plays one action in every game; a game that ended starts anew at once, unless `again` is false: then it waits for
   * `restart`. Null is for a game that waits: it is not played where that spares anything, and what it shows means nothing until
   * its restart.
   * @throws ArcadeError
   */
  step(actions: ArrayLike<number | null>, options?: { again?: boolean }): Promise<ArcadeStep>;
  close(): Promise<void>;
}

const Opened = z.object({
  actions: z.array(z.string()),
  versions: z.record(z.string(), z.string()),
  fast: z.boolean(),
});
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
 * Opens games in the Arcade Learning Environment: the same options, seed and actions give the same observations.
 * @throws ArcadeError, ArcadeUnavailableError
 */
export async function openArcade(options: ArcadeOptions): Promise<Arcade> {
  if (!GAMES.includes(options.game)) throw new ArcadeError(`Unknown game '${options.game}'.`);
  const emulator = startEmulator(await provisionArcade());
  try {
    const arcade = createArcade(emulator, options, Opened.parse((await emulator.request(openRequest(options))).header));
    await arcade.reset(options.seed);
    return arcade;
  } catch (error) {
    await emulator.close();
    throw error;
  }
}

function createArcade(emulator: Emulator, options: ArcadeOptions, opened: z.infer<typeof Opened>): Arcade {
  const bytes = options.numEnvs * options.stack * options.height * options.width;
  let next: Uint8Array = new Uint8Array(bytes);
  const arcade: Arcade = {
    options,
    ...opened,
    observations: new Uint8Array(bytes),
    reset: (seed) =>
      arcade.restart(Array.from({ length: options.numEnvs }, (_, game) => ({ game, seed: seed + game }))),
    async restart(starts) {
      const games = starts.map(({ game }) => game);
      const { payload } = await emulator.request({ do: 'reset', games, seeds: starts.map(({ seed }) => seed % SEEDS) });
      return (arcade.observations = beginStacks(options, arcade.observations, { frames: payload, games }));
    },
    async step(actions, { again = true } = {}) {
      const { header, payload } = await emulator.request({ do: 'step', again }, checkedActions(actions, arcade));
      const { rewards, terminated, truncated } = Stepped.parse(header);
      const begins = (game: number) => terminated[game] === true || truncated[game] === true;
      stackFrames(options, arcade.observations, { frames: payload, begins, observations: next });
      [arcade.observations, next] = [next, arcade.observations];
      return { observations: arcade.observations, rewards: Float32Array.from(rewards), terminated, truncated };
    },
    close: () => emulator.close(),
  };
  return arcade;
}

/** The emulator itself would take any number for an action. */
function checkedActions(actions: ArrayLike<number | null>, { options, actions: names }: Arcade): Uint8Array {
  if (actions.length !== options.numEnvs) {
    throw new ArcadeError(`${options.numEnvs} games take as many actions, not ${actions.length}.`);
  }
  return Uint8Array.from({ length: actions.length }, (_, game) => {
    const action = actions[game];
    if (action === null) return WAITS;
    if (names[action!] === undefined) throw new ArcadeError(`There is no action ${action}, only ${names.length}.`);
    return action!;
  });
}
