import { type ArcadeOptions } from '@distiller/arcade';
import { type Player } from './player.ts';
import { type planEpisodes } from './rounds.ts';

/** Who plays what: every player every seed, under each stickiness. */
export interface PlayPlan {
  players: readonly Player[];
  stickiness: readonly number[];
  plan: ReturnType<typeof planEpisodes>;
  /** Of a game, whatever its stickiness. */
  game: Omit<ArcadeOptions, 'numEnvs' | 'seed' | 'stickyActionProbability'>;
}
