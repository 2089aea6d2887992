import { resolveLayers, type LayerSpec } from '@distiller/policies/description';
import { architectureOf, type Student } from '../architectures/students.ts';

export const TERMS = ['plain', 'vjp', 'jvp'] as const;
export const LABELS = ['teacher values', 'teacher vjp'] as const;
export type Term = (typeof TERMS)[number] | (typeof LABELS)[number];

/** What a step is of. */
export type Problem = {
  /** `deep` is the paper's student with `depth` 3×3 convolutions of 16 filters after the first. */
  architecture: Student | 'deep';
  batch: number;
  /** Pixels on either side, of 4 frames. */
  input: number;
  /** Directions an example. */
  projections: number;
  depth: number;
};

/** A training step, or what a teacher is asked for one. */
export type Measured = Problem & { term: Term };

/** Of which the cost is known. */
export interface Cost {
  /** Median of a step. */
  ms: number;
  /** Largest resident memory of the process, engine included. */
  peak_mb: number;
  /** FLOPs that the step cannot do without. */
  floor_gflop: number;
  /** What the machine reached on a product of 1024 × 1024 matrices. */
  gemm_gflops: number;
}

export const ACTIONS = 4;

export function layersOf({ architecture, depth }: Pick<Problem, 'architecture' | 'depth'>): LayerSpec[] {
  if (architecture !== 'deep') return resolveLayers(architectureOf(architecture, ACTIONS), ACTIONS);
  const [first, ...rest] = resolveLayers({ preset: 'paper-student' }, ACTIONS);
  const more: LayerSpec[] = [{ kind: 'relu' }, { kind: 'conv', filters: 16, kernel: 3, stride: 1, padding: 'same' }];
  return [first!, ...Array.from({ length: depth }, () => more).flat(), ...rest];
}

/**
 * With F forward FLOPs and F1 the first layer's: 3F − F1 for a plain step, and for every direction 3F (vjp) or 3F − F1 (jvp) more.
 * A teacher's values take F, its pull-backs F more each.
 * @param flops of each layer, one example
 */
export function floorFlops({ term, batch, projections }: Measured, flops: readonly number[]): number {
  const [f, f1] = [flops.reduce((sum, each) => sum + each, 0), flops[0]!];
  const perExample: Record<Term, number> = {
    plain: 3 * f - f1,
    vjp: 3 * f - f1 + projections * 3 * f,
    jvp: 3 * f - f1 + projections * (3 * f - f1),
    'teacher values': f,
    'teacher vjp': f + projections * f,
  };
  return batch * perExample[term];
}
