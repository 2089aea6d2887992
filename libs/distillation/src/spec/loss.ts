import { z } from 'zod';

export const ValueTerm = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('kl'),
      temperature: z.number().positive().max(100).default(1).describe('divides both sets of logits'),
    }),
  ])
  .meta({ id: 'ValueTerm' });
export type ValueTerm = z.infer<typeof ValueTerm>;

export const DerivativeWeight = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('fixed'), alpha: z.number().nonnegative().default(1) }),
    z.strictObject({
      kind: z.literal('relative').describe("alpha over a running mean of the teacher's squared term"),
      alpha: z.number().nonnegative().default(1),
    }),
  ])
  .meta({ id: 'DerivativeWeight' });
export type DerivativeWeight = z.infer<typeof DerivativeWeight>;

export const DerivativeTerm = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({
      kind: z.literal('vjp').describe('a random direction in action space, pulled back to the pixels'),
      projections: z
        .int()
        .min(1)
        .max(18)
        .default(1)
        .describe('orthogonal directions an example; capped at the number of actions'),
      norm: z.enum(['squared']).default('squared'),
      weight: DerivativeWeight.default({ kind: 'relative', alpha: 1 }),
    }),
  ])
  .meta({ id: 'DerivativeTerm' });
export type DerivativeTerm = z.infer<typeof DerivativeTerm>;

/** D(teacher, student) + weight · E_v ‖∂⟨log π_t, v⟩/∂x − ∂⟨log π_s, v⟩/∂x‖² (Czarnecki et al. 2017, equation 3). */
export const LossSpec = z
  .strictObject({
    value: ValueTerm.default({ kind: 'kl', temperature: 1 }),
    derivative: DerivativeTerm.default({
      kind: 'vjp',
      projections: 1,
      norm: 'squared',
      weight: { kind: 'relative', alpha: 1 },
    }),
  })
  .meta({ id: 'Loss' });
export type LossSpec = z.infer<typeof LossSpec>;
