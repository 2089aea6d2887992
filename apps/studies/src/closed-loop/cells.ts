import { type Game } from '../atari/games.ts';
import { METHODS as LOSSES } from '../atari/methods.ts';
import { type Row } from '../study/study.ts';

/** The best baseline of the study of policies, and the best with derivatives. */
export const METHODS = { kl: LOSSES.kl, 'vjp-balanced': LOSSES['vjp-balanced'] } as const;
export type Method = keyof typeof METHODS;
export const METHOD_NAMES = Object.keys(METHODS) as Method[];

/** Milliseconds of a step of both, by turns. */
type Timed = { stage: 'cost' };
export type Looped = { stage: 'loop'; game: Game; method: Method; seed: number; steps: number };
export type LoopCell = Timed | Looped;

/** How things stand at the end of a round. */
export interface Round {
  step: number;
  /** Of training and of play to train on; what it took to measure returns is not counted. */
  minutes: number;
  /** All that were played to be trained on, the teacher's first round among them. */
  frames: number;
  return_ratio: number;
  kl: number;
  jacobian_error: number;
}
export type LoopResult = Record<string, number> | Round[];
export type LoopRow = Row<LoopCell, LoopResult>;
