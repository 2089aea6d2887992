import { z } from 'zod';
import { DerivativeOf, DirectionSetName } from './derivative-term.ts';
import { jobFields } from './job-fields.ts';
import { Reference, ResourceName } from './resource.ts';
import { unknownKind } from './unknown-kind.ts';

const Vjp = z.strictObject({
  kind: z.literal('vjp').describe('random directions in action space, pulled back to the pixels'),
  count: z.int().min(1).max(18).default(1).describe('orthogonal directions a frame; capped at the number of actions'),
  precision: z
    .enum(['int8', 'f16'])
    .default('int8')
    .describe('bits of each of height · width · stack numbers; int8 is off by at most 1/254 of the largest'),
});

const Jvp = z
  .strictObject({
    kind: z.literal('jvp').describe('directions in pixel space, and how the policy changes along each'),
    directions: DirectionSetName,
    count: z.int().min(1).max(64).default(1).describe('directions a frame'),
    precision: z.enum(['f32', 'f16']).default('f32').describe('bits of each of as many numbers as there are actions'),
  })
  .refine(({ directions, count }) => directions !== 'frame-difference' || count === 1, {
    path: ['count'],
    error: 'frame differences are not drawn at random: every one after the first would be the same again',
  });

const LabelProjections = z
  .discriminatedUnion('kind', [z.strictObject({ kind: z.literal('none') }), Vjp, Jvp], {
    error: unknownKind('projection', ['none', 'vjp', 'jvp']),
  })
  .meta({ id: 'LabelProjections' });

/** Labels that are stored: what one teacher says about all frames of some rollouts. */
export const LabellingSpec = z
  .strictObject({
    kind: z.literal('labelling'),
    teacher: Reference.describe('id or name of a teacher'),
    rollouts: Reference.describe('id or name of rollouts recorded under the same observation contract'),
    name: ResourceName.optional().describe('what the labels are called'),
    of: DerivativeOf,
    projections: LabelProjections.default(LabelProjections.parse({ kind: 'none' })),
    seed: z.int().min(0).max(0xffff_ffff).default(1).describe('of the directions'),
    ...jobFields,
  })
  .meta({ id: 'LabellingSpec' });
export type LabellingSpec = z.infer<typeof LabellingSpec>;
