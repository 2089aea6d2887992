import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * A stream of random numbers that depends on nothing but its address: a seed, what it is for, and the step.
 * Because no state is carried from step to step, a resumed run draws what an uninterrupted one would have drawn.
 */
export interface RandomStream {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
}

export type RandomPurpose =
  | 'initialization'
  | 'batch'
  | 'projection'
  | 'acting'
  | 'noise'
  | 'augmentation'
  | 'direction'
  | 'evaluation'
  | 'bootstrap'
  | 'label'
  | 'label-choice'
  | 'window';

/** @param seed in [0, 2³²) @param step counts from 0 */
export function randomStream(seed: number, purpose: RandomPurpose, step = 0): RandomStream {
  const generator = xoroshiro128plus(mix(mix(seed, PURPOSES.indexOf(purpose) + 1), step));
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    below: (bound) => uniformInt(generator, 0, bound - 1),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** Order is part of the format: a change gives every purpose other numbers. */
const PURPOSES: readonly RandomPurpose[] = [
  'initialization',
  'batch',
  'projection',
  'acting',
  'noise',
  'augmentation',
  'direction',
  'evaluation',
  'bootstrap',
  'label',
  'label-choice',
  'window',
];

/** Mixes two 32-bit words into one (MurmurHash3's finaliser), so that neighbouring addresses give unrelated streams. */
function mix(a: number, b: number): number {
  let h = (a ^ Math.imul(b + 0x9e3779b9, 0x85ebca6b)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
