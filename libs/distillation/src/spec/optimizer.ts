import { z } from 'zod';

const LearningRateSchedule = z
  .strictObject({
    kind: z.enum(['constant', 'linear', 'cosine']).default('constant'),
    warmup_steps: z.int().min(0).default(0).describe('steps over which the rate rises from 0'),
    final_fraction: z.number().min(0).max(1).default(0).describe('share of the rate left at the last step'),
  })
  .meta({ id: 'LearningRateSchedule' });

const common = {
  learning_rate: z.number().positive().max(1).default(0.001),
  schedule: LearningRateSchedule.default(LearningRateSchedule.parse({})),
  max_gradient_norm: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('larger gradients are scaled down to this global norm'),
};

const adam = {
  ...common,
  beta1: z.number().min(0).max(0.9999).default(0.9),
  beta2: z.number().min(0).max(0.99999).default(0.999),
  epsilon: z.number().positive().default(1e-8),
};

export const OptimizerSpec = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('adam'), ...adam }),
    z.strictObject({ kind: z.literal('adamw'), ...adam, weight_decay: z.number().min(0).max(10).default(0.01) }),
    z.strictObject({
      kind: z.literal('rmsprop'),
      ...common,
      decay: z.number().min(0).max(0.99999).default(0.99),
      momentum: z.number().min(0).max(0.9999).default(0),
      epsilon: z.number().positive().default(1e-8),
    }),
    z.strictObject({ kind: z.literal('sgd'), ...common, momentum: z.number().min(0).max(0.9999).default(0.9) }),
  ])
  .meta({ id: 'Optimizer' });
export type OptimizerSpec = z.infer<typeof OptimizerSpec>;
