import { randomStream } from '@distiller/sobolev';

/** Games side by side: enough to fill a batch, few enough that the last ones leave little idle. */
const GAMES_AT_ONCE = 16;
/** Seeds of the emulator are int32, and those of the games follow the first. */
const SEED_BOUND = 2 ** 30;

/** A round is played from one reset: game i has the seed `seeds[i]`, one after the first; null where none is needed. */
export interface Round {
  seeds: (number | null)[];
}

/** Each episode has its seed and its place among the games before anything is played: whether it is short or long, it counts once. */
export function planEpisodes(seed: number, episodes: number): { seeds: number[]; rounds: Round[]; games: number } {
  const first = randomStream(seed, 'evaluation').below(SEED_BOUND);
  const seeds = Array.from({ length: episodes }, (_, index) => first + index);
  const count = Math.ceil(episodes / GAMES_AT_ONCE);
  const games = Math.ceil(episodes / count);
  const rounds = Array.from({ length: count }, (_, round) => ({
    seeds: Array.from({ length: games }, (__, game) => seeds[round * games + game] ?? null),
  }));
  return { seeds, rounds, games };
}
