import { type ArcadeOptions } from './arcade-options.ts';

export const BREAKOUT: ArcadeOptions = {
  game: 'breakout',
  numEnvs: 2,
  seed: 11,
  frameSkip: 4,
  maxPoolLast: 2,
  stack: 4,
  height: 84,
  width: 84,
  noopMax: 30,
  fireReset: true,
  stickyActionProbability: 0,
  actionSet: 'minimal',
};

/** The action of step t: any, but always the same. */
export function actionAt(step: number, actionCount: number): number {
  return (Math.imul(step + 1, 2654435761) >>> 8) % actionCount;
}
