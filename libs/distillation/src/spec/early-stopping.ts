import { z } from 'zod';

/** What is measured on held-out frames at every evaluation; less is better. */
const HeldOutMetric = z.enum(['kl', 'action_error', 'jacobian_error']).meta({ id: 'HeldOutMetric' });

/** When training ends before its last step. */
const EarlyStopping = z
  .strictObject({
    patience: z
      .int()
      .min(1)
      .max(100_000)
      .nullable()
      .default(null)
      .describe('evaluations in a row after which it stops, if none of them was better than the best before'),
    min_delta: z.number().min(0).default(0).describe('by how much less `best_by` must be to count as better'),
    target: z
      .strictObject({ metric: HeldOutMetric.default('action_error'), at_most: z.number().min(0) })
      .nullable()
      .default(null)
      .describe('it stops at the first evaluation that reaches this'),
  })
  .refine(({ patience, target }) => patience !== null || target !== null, {
    error: 'neither patience nor a target: it would never stop',
  })
  .meta({ id: 'EarlyStopping' });

/** Which checkpoints stay besides the newest. */
const CheckpointPolicy = z
  .strictObject({
    best: z.boolean().default(false).describe('the best by `best_by`; always where `keep` or `patience` needs it'),
    every: z.int().min(1).nullable().default(null).describe('one at each multiple of so many steps'),
    keep: z.int().min(1).max(1000).default(5).describe('how many of those, the newest'),
  })
  .meta({ id: 'CheckpointPolicy' });

/** Fields of a spec that say which of its states are kept, and when it has trained enough. */
export const keptFields = {
  best_by: HeldOutMetric.default('kl').describe('what makes a student the best: least, on held-out frames'),
  keep: z.enum(['best', 'last']).default('last').describe('which student becomes the model'),
  early_stopping: EarlyStopping.nullable().default(null),
  checkpoints: CheckpointPolicy.default(CheckpointPolicy.parse({})),
};
