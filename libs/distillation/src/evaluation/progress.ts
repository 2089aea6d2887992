import { type EvaluationProgress } from './events.ts';
import { type Ledger } from './ledger.ts';
import { type PlayPlan } from './play-plan.ts';

/** How far the play is after so many seconds of this run. */
export function progressOf(
  { players, stickiness, plan, game }: PlayPlan,
  ledger: Ledger,
  seconds: number,
): EvaluationProgress {
  const { episodes, stepsPlayed, stepsUnfinished } = ledger;
  const total = players.length * stickiness.length * plan.seeds.length;
  const stepsPerSecond = stepsPlayed / seconds;
  const steps = episodes.reduce((sum, episode) => sum + episode.steps, 0);
  const stepsLeft = Math.max(0, (total - episodes.length) * (steps / episodes.length) - stepsUnfinished);
  const etaSeconds = stepsLeft / stepsPerSecond;
  return {
    type: 'progress',
    episodesDone: episodes.length,
    episodesTotal: total,
    framesPerSecond: stepsPerSecond * game.frameSkip,
    // Unknown until an episode has ended.
    etaSeconds: Number.isFinite(etaSeconds) ? etaSeconds : null,
    returns: stickiness.flatMap((stickyActionProbability) =>
      players.map(({ name }) => ({
        player: name,
        stickyActionProbability,
        returns: episodes
          .filter((one) => one.player === name && one.stickyActionProbability === stickyActionProbability)
          .map((episode) => episode.return),
      })),
    ),
  };
}
