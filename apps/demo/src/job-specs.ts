import { type JobSpec } from '@distiller/client';
import { type Registered } from './register.ts';
import { type Row } from './table.ts';

/** What marks the demo's jobs, so that those of a demo that was killed can be told from a user's. */
export const METADATA = { study: 'demo' };

/** Two distillations that differ in nothing but their loss: the same student, seed, batches and steps. */
export function jobSpecs({ teacher, rollouts }: Registered): Record<Row['loss'], JobSpec> {
  const same = {
    kind: 'distillation',
    teacher,
    rollouts,
    student: { preset: 'paper-student' },
    optimizer: { kind: 'adam', learning_rate: 0.001 },
    batch_size: 32,
    steps: 1000,
    // Few frames, where derivatives matter most: 1,477 of the 29,544 before the held-out episodes.
    train_fraction: 0.05,
    evaluate_every: 200,
    evaluation_frames: 1000,
    jacobian_frames: 100,
    seed: 1,
    metadata: METADATA,
  } as const;
  const value = { kind: 'kl', temperature: 1 } as const;
  const weight = { kind: 'relative', alpha: 10 } as const;
  const vjp = { kind: 'vjp', projections: 1, norm: 'squared', weight } as const;
  return {
    kl: { ...same, loss: { value, derivative: { kind: 'none' } } },
    sobolev: { ...same, loss: { value, derivative: vjp } },
  };
}
