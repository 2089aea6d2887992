import { z } from 'zod';
import { unknownKind } from './unknown-kind.ts';

const WeightSchedule = z
  .strictObject({
    kind: z.enum(['constant', 'linear', 'cosine']).default('constant'),
    final_fraction: z.number().min(0).max(1).default(0).describe('share of alpha left at the last step'),
  })
  .meta({ id: 'WeightSchedule' });

const weight = {
  alpha: z.number().nonnegative().default(1),
  schedule: WeightSchedule.default(WeightSchedule.parse({})),
};

export const DerivativeWeight = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('fixed'), ...weight }),
      z.strictObject({
        kind: z.literal('relative').describe("alpha over a running mean of the teacher's own term"),
        ...weight,
      }),
      z.strictObject({
        kind: z.literal('balanced').describe("alpha is the derivative term's gradient norm over the value term's"),
        ...weight,
        // Likewise.
        alpha: z.number().positive().default(0.1),
      }),
    ],
    { error: unknownKind('weight', ['fixed', 'relative', 'balanced']) },
  )
  .meta({ id: 'DerivativeWeight' });
export type DerivativeWeight = z.infer<typeof DerivativeWeight>;

export const DerivativeOf = z
  .enum(['log-policy', 'logits'])
  .default('log-policy')
  .describe('whose derivatives in the pixels are matched');

export const DirectionSetName = z
  .enum(['frame-difference', 'patch', 'principal-components', 'rademacher', 'gaussian'])
  .default('frame-difference')
  .describe('how the screen really moves, bright rectangles, components of the frames, or random pixels');

const common = {
  norm: z.enum(['squared', 'plain']).default('squared').describe('of each residual r: ‖r‖² or ‖r‖'),
  of: DerivativeOf,
  // The best of those measured; see DECISIONS.md.
  weight: DerivativeWeight.default(DerivativeWeight.parse({ kind: 'balanced' })),
  min_passes: z
    .number()
    .nonnegative()
    .max(1e6)
    .default(0)
    .describe('values alone where the run passes over its frames less often: steps × batch_size / frames to train on'),
};

const Vjp = z.strictObject({
  kind: z.literal('vjp').describe('a random direction in action space, pulled back to the pixels'),
  projections: z
    .int()
    .min(1)
    .max(18)
    .default(1)
    .describe('orthogonal directions an example; capped at the number of actions'),
  ...common,
});

const Jvp = z
  .strictObject({
    kind: z.literal('jvp').describe('a direction in pixel space, and how the policy changes along it'),
    directions: DirectionSetName,
    draws: z.int().min(1).max(64).default(1).describe('directions an example'),
    ...common,
  })
  .refine(({ directions, draws }) => directions !== 'frame-difference' || draws === 1, {
    path: ['draws'],
    error: 'frame differences are not drawn at random: every draw after the first would be the same again',
  });

export const DerivativeTerm = z
  .discriminatedUnion('kind', [z.strictObject({ kind: z.literal('none') }), Vjp, Jvp], {
    error: unknownKind('derivative', ['none', 'vjp', 'jvp']),
  })
  .meta({ id: 'DerivativeTerm' });
export type DerivativeTerm = z.infer<typeof DerivativeTerm>;
