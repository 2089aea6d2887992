import { z } from 'zod';
import { Augmentation } from './augmentation.ts';
import { DerivativeTerm } from './derivative-term.ts';
import { unknownKind } from './unknown-kind.ts';

const temperature = z.number().positive().max(100).default(1).describe('divides both sets of logits');

export const ValueTerm = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('kl').describe('KL(teacher ‖ student)'), temperature }),
      z.strictObject({ kind: z.literal('reverse-kl').describe('KL(student ‖ teacher)'), temperature }),
      z.strictObject({ kind: z.literal('nll').describe("−log of the student's probability of the teacher's action") }),
      z.strictObject({ kind: z.literal('mse').describe('squared distance of the logits, centred over the actions') }),
    ],
    { error: unknownKind('value term', ['kl', 'reverse-kl', 'nll', 'mse']) },
  )
  .meta({ id: 'ValueTerm' });
export type ValueTerm = z.infer<typeof ValueTerm>;

const MAX_AUGMENTATIONS = 4;

/**
 * What a job trains with that leaves its derivative term to us: derivatives where frames are few and passed over often, which is
 * where they pay for their time; see DECISIONS.md.
 */
const AUTO = DerivativeTerm.parse({ kind: 'vjp', min_passes: 20 });

/**
 * D(teacher, student) + weight · E_v ‖∂⟨log π_t, v⟩/∂x − ∂⟨log π_s, v⟩/∂x‖² (Czarnecki et al. 2017, equation 3), or with the
 * change E_u ‖J_t u − J_s u‖² along directions u in the pixels.
 */
export const LossSpec = z
  .strictObject({
    value: ValueTerm.default(ValueTerm.parse({ kind: 'kl' })),
    derivative: DerivativeTerm.default(AUTO),
    augmentation: z
      .array(Augmentation)
      .max(MAX_AUGMENTATIONS)
      .default([])
      .describe('done in this order to the frames that teacher and student see'),
  })
  .meta({ id: 'Loss' });
export type LossSpec = z.infer<typeof LossSpec>;
