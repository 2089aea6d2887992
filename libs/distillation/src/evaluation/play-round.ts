import { type Arcade } from '@distiller/arcade';
import { type EpisodeName, findEpisode, type Ledger } from './ledger.ts';
import { chooseAction, type Player } from './player.ts';
import { type Round } from './rounds.ts';

/** A game that is being played. */
interface Game {
  seed: number;
  return: number;
  steps: number;
}

export interface RoundContext {
  arcade: Arcade;
  player: Player;
  ledger: Ledger;
  signal: AbortSignal;
}

/**
 * Plays each game of the round to its end and enters it into the ledger; games that are in it already are left out. All games
 * keep their places in the batch until the last has ended, so that what the network says of one is the same to
 * the last bit whichever others are played.
 */
export async function playRound(round: Round, { arcade, player, ledger, signal }: RoundContext): Promise<void> {
  const { stickyActionProbability } = arcade.options;
  const games = wantedSeeds(round, ledger, { player: player.name, stickyActionProbability }).map((seed): Game | null =>
    seed === null ? null : { seed, return: 0, steps: 0 },
  );
  await arcade.reset(round.seeds[0]!);
  while (games.some((game) => game !== null) && !signal.aborted) {
    const probabilities = await player.probabilities(arcade.observations);
    const actions = games.map((game, index) =>
      game ? chooseAction(player.acting, probabilities[index]!, { seed: game.seed, step: game.steps }) : 0,
    );
    const { rewards, terminated, truncated } = await arcade.step(actions);
    for (const [index, game] of games.entries()) {
      if (!game) continue;
      game.return += rewards[index]!;
      game.steps += 1;
      ledger.stepsPlayed += 1;
      ledger.stepsUnfinished += 1;
      if (!terminated[index] && !truncated[index]) continue;
      ledger.episodes.push({ ...game, player: player.name, stickyActionProbability, truncated: !terminated[index] });
      ledger.stepsUnfinished -= game.steps;
      games[index] = null;
    }
  }
}

/** Seeds of the round that the ledger lacks, in their places; null elsewhere. */
export function wantedSeeds(round: Round, ledger: Ledger, who: Omit<EpisodeName, 'seed'>): (number | null)[] {
  return round.seeds.map((seed) => (seed !== null && findEpisode(ledger.episodes, { ...who, seed }) ? null : seed));
}
