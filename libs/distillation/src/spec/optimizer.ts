import { z } from 'zod';

export const OptimizerSpec = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('adam'),
      learning_rate: z.number().positive().max(1).default(0.001),
      beta1: z.number().min(0).max(0.9999).default(0.9),
      beta2: z.number().min(0).max(0.99999).default(0.999),
      epsilon: z.number().positive().default(1e-8),
    }),
  ])
  .meta({ id: 'Optimizer' });
export type OptimizerSpec = z.infer<typeof OptimizerSpec>;
