import { type PlayerReport, type PlayReport } from '../spec/evaluation-report.ts';
import { findEpisode, type FinishedEpisode } from './ledger.ts';
import { type PlayerName } from './player.ts';
import { estimate, interquartileMean, mean, median } from './statistics.ts';

export interface PlayedSeeds {
  stickyActionProbability: number;
  seeds: readonly number[];
  /** Whether a random policy played too. */
  withRandom: boolean;
  /** Of the bootstrap. */
  seed: number;
}

/** What the episodes of one stickiness say. Every player has played every seed. */
export function reportPlay(episodes: readonly FinishedEpisode[], played: PlayedSeeds): PlayReport {
  const { stickyActionProbability, seeds, withRandom, seed } = played;
  const of = (player: PlayerName) =>
    seeds.map((one) => findEpisode(episodes, { player, stickyActionProbability, seed: one })!);
  const returns = (player: PlayerName) => of(player).map((episode) => episode.return);
  const [teacher, student] = [returns('teacher'), returns('student')];
  return {
    sticky_action_probability: stickyActionProbability,
    seeds: [...seeds],
    teacher: reportPlayer(of('teacher'), seed),
    student: reportPlayer(of('student'), seed),
    random: withRandom ? reportPlayer(of('random'), seed) : null,
    return_ratio: estimate([student, teacher], returnRatio, { seed }),
    return_ratio_over_random: withRandom
      ? estimate([student, teacher, returns('random')], returnRatioOverRandom, { seed })
      : null,
  };
}

/** Student's mean return over the teacher's. Where returns may be negative, (s − r)/(t − r) says more. */
export function returnRatio(student: Float64Array, teacher: Float64Array): number {
  return mean(student) / mean(teacher);
}

/** (s − r) / (t − r) of mean returns: 1 is the teacher, 0 is play at random. */
export function returnRatioOverRandom(student: Float64Array, teacher: Float64Array, random: Float64Array): number {
  return (mean(student) - mean(random)) / (mean(teacher) - mean(random));
}

function reportPlayer(episodes: readonly FinishedEpisode[], seed: number): PlayerReport {
  const returns = episodes.map((episode) => episode.return);
  // Of finitely many finite numbers these are finite.
  const of = (statistic: (values: Float64Array) => number) => estimate([returns], statistic, { seed })!;
  return {
    mean: of(mean),
    median: of(median),
    iqm: of(interquartileMean),
    returns,
    steps: episodes.map(({ steps }) => steps),
    truncated: episodes.filter(({ truncated }) => truncated).length,
  };
}
