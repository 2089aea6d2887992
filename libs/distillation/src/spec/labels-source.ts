import { z } from 'zod';
import { Reference } from './resource.ts';
import { unknownKind } from './unknown-kind.ts';

/** Where a distillation has the teacher's labels from. */
export const LabelsSource = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({
        kind: z
          .literal('auto')
          .describe('stored ones of this teacher and these rollouts, as far as there are some and they fit the loss'),
      }),
      z.strictObject({ kind: z.literal('recompute').describe('the teacher is asked at every step') }),
      z.strictObject({
        kind: z
          .literal('stored')
          .describe('its log-probabilities, and its derivatives where they are those of the loss'),
        labels: Reference.describe('id or name of labels'),
      }),
    ],
    { error: unknownKind('source of labels', ['auto', 'recompute', 'stored']) },
  )
  .meta({ id: 'LabelsSource' });
export type LabelsSource = z.infer<typeof LabelsSource>;
