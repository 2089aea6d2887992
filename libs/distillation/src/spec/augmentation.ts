import { z } from 'zod';
import { unknownKind } from './unknown-kind.ts';

export const Augmentation = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({
        kind: z.literal('noise').describe('Gaussian noise on every pixel'),
        std: z
          .number()
          .positive()
          .max(1)
          .default(0.01)
          .describe('in units of pixels in [0, 1]; a few times as much destroys students'),
      }),
      z.strictObject({
        kind: z.literal('mixup').describe('λ frame + (1 − λ) another frame of the batch, λ ~ Beta(alpha, alpha)'),
        alpha: z.number().positive().max(100).default(0.2),
      }),
      z.strictObject({
        kind: z.literal('shift').describe('all frames of an observation moved together, their edges repeated'),
        pixels: z.int().min(1).max(32).default(4).describe('furthest move each way'),
      }),
    ],
    { error: unknownKind('augmentation', ['noise', 'mixup', 'shift']) },
  )
  .meta({ id: 'Augmentation' });
export type Augmentation = z.infer<typeof Augmentation>;
