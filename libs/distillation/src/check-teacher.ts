import { type Arcade, type Choices, openArcade, playEpisodes, type Turn } from '@distiller/arcade';
import { randomStream } from '@distiller/sobolev';
import { arcadeOptions } from './arcade-options.ts';
import { type RegisteredTeacher } from './load-policy.ts';
import { type Acting, episodeSeed } from './recording/acting.ts';
import { createActor } from './recording/actor.ts';

export interface CheckOptions {
  /** Return of one episode as it was measured where the teacher comes from. */
  stated?: { mean: number; std: number; episodes: number; acting: 'sampled' | 'greedy' } | undefined;
  /** Played by the teacher, and as many by chance. */
  episodes: number;
  seed: number;
  /** Emulator frames after which an episode is cut; half an hour of play unless told. */
  maxEpisodeFrames?: number;
  signal?: AbortSignal;
}

/** A teacher's play under its own contract, beside what was stated of it and what chance plays. */
export interface TeacherCheck {
  teacher: Returns;
  random: Returns;
  /** (teacher − random) / (stated − random): 1 is as stated, 0 as by chance; null where nothing was stated. */
  share: number | null;
  /**
   * `as-stated`: within three standard errors below what was stated, or better. `below`: worse than that. `like-random`: within
   * two standard errors of chance, where a contract is likely not the one that the teacher was trained under.
   */
  verdict: 'as-stated' | 'below' | 'like-random' | 'better-than-random';
}

export interface Returns {
  mean: number;
  std: number;
  /** In the order of the episodes' numbers. */
  returns: number[];
}

/**
 * Plays some episodes with the teacher and as many by chance, from the same seeds: a contract with another frame skip, grey or
 * order of frames than the teacher's shows in what it scores. The caller owns the tensor engine.
 * @throws ArcadeUnavailableError where there is no emulator, RangeError when the game lacks an action of the teacher's
 */
export async function checkTeacher(teacher: RegisteredTeacher, options: CheckOptions): Promise<TeacherCheck> {
  const { episodes, seed, stated, maxEpisodeFrames } = options;
  const limit = maxEpisodeFrames === undefined ? {} : { maxEpisodeFrames };
  const contract = { ...arcadeOptions(teacher.observation), ...limit };
  const arcade = await openArcade({ ...contract, numEnvs: Math.min(episodes, 8), seed });
  try {
    const acting: Acting = { kind: stated?.acting ?? 'sampled' };
    const actor = createActor(teacher, { acting, seed, gameActions: arcade.actions });
    try {
      const played = await playReturns(arcade, (...turn) => actor.act(...turn), options);
      const random = await playReturns(arcade, byChance(arcade, seed), options);
      return {
        teacher: played,
        random,
        share: shareOf(played, random, stated),
        verdict: judge(played, random, stated),
      };
    } finally {
      actor.dispose();
    }
  } finally {
    await arcade.close();
  }
}

type Act = (observations: Uint8Array, turns: readonly (Turn | null)[]) => Promise<Choices>;

function byChance({ actions }: Arcade, seed: number): Act {
  return (_observations, turns) => {
    const draw = ({ episode, step }: Turn) =>
      randomStream(episodeSeed({ seed, episode }), 'acting', step).below(actions.length);
    return Promise.resolve({ actions: turns.map((turn) => (turn ? draw(turn) : 0)) });
  };
}

async function playReturns(arcade: Arcade, act: Act, { episodes, seed, signal }: CheckOptions): Promise<Returns> {
  const returns = Array<number>(episodes).fill(0);
  let begun = 0;
  await playEpisodes([arcade], act, {
    next: () => (begun < episodes ? begun++ : undefined),
    seedOf: (episode) => episodeSeed({ seed, episode }),
    begin: (episode) => ({
      append: ({ reward }) => void (returns[episode]! += reward),
      finish: () => Promise.resolve(),
      discard: () => Promise.resolve(),
    }),
    end: () => episodes,
    isOver: () => signal?.aborted === true,
  });
  signal?.throwIfAborted();
  const mean = returns.reduce((sum, value) => sum + value, 0) / episodes;
  const squares = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / Math.max(episodes - 1, 1)), returns };
}

type Stated = CheckOptions['stated'];

function shareOf(played: Returns, random: Returns, stated: Stated): number | null {
  return stated && stated.mean !== random.mean ? (played.mean - random.mean) / (stated.mean - random.mean) : null;
}

/** Exported for its test. */
export function judge(played: Returns, random: Returns, stated: Stated): TeacherCheck['verdict'] {
  const error = (std: number, episodes: number) => std / Math.sqrt(episodes);
  if (stated) {
    // One episode says nothing of its spread; what was stated does.
    const std = Math.max(played.std, stated.std);
    const margin = 3 * Math.hypot(error(std, played.returns.length), error(stated.std, stated.episodes));
    if (played.mean >= stated.mean - margin && stated.mean > random.mean) return 'as-stated';
  }
  const chance = 2 * Math.hypot(error(random.std, random.returns.length), error(played.std, played.returns.length));
  if (played.mean <= random.mean + chance) return 'like-random';
  return stated ? 'below' : 'better-than-random';
}
