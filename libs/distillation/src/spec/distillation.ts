import { Architecture } from '@distiller/policies/description';
import { z } from 'zod';
import { keptFields } from './early-stopping.ts';
import { heldOutFields } from './held-out.ts';
import { jobFields } from './job-fields.ts';
import { LabelsSource } from './labels-source.ts';
import { LossSpec } from './loss.ts';
import { OptimizerSpec } from './optimizer.ts';
import { Reference, ResourceName } from './resource.ts';
import { TrainingData } from './training-data.ts';

/** What is distilled from what, and how: all that decides the student. */
const trainingFields = {
  teacher: Reference.describe('id or name of a teacher'),
  rollouts: Reference.optional().describe('id or name of rollouts recorded under the same observation contract'),
  data: TrainingData.default({ kind: 'recorded' }),
  student: Architecture.default({ preset: 'paper-student' }),
  loss: LossSpec.default(LossSpec.parse({})),
  labels: LabelsSource.default(LabelsSource.parse({ kind: 'auto' })),
  optimizer: OptimizerSpec.default(OptimizerSpec.parse({ kind: 'adam' })),
  batch_size: z.int().min(1).max(4096).default(200),
  steps: z.int().min(1).max(10_000_000).default(3000),
  train_fraction: z
    .number()
    .gt(0)
    .max(1)
    .default(0.25)
    .describe('share of the frames before the held-out episodes, in time order'),
  evaluate_every: z.int().min(1).default(250).describe('steps between evaluations'),
  ...heldOutFields,
  ...keptFields,
  seed: z.int().min(0).max(0xffff_ffff).default(1),
};

type Training = z.infer<z.ZodObject<typeof trainingFields>>;

/** What no field can say alone. */
function checkTogether({ data, rollouts, early_stopping, keep }: Training, context: z.RefinementCtx): void {
  const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
  if (data.kind === 'recorded') {
    if (rollouts === undefined) refuse('rollouts', 'recorded data come from rollouts: name them');
    return;
  }
  if (early_stopping !== null) refuse('early_stopping', 'a closed loop trains through all of its rounds');
  if (keep !== 'last') refuse('keep', 'a closed loop keeps its last student, which has played');
}

export const DistillationSpec = z
  .strictObject({
    kind: z.literal('distillation'),
    ...trainingFields,
    name: ResourceName.optional().describe('of the model: the student becomes the next version of it'),
    ...jobFields,
  })
  .superRefine(checkTogether)
  .meta({ id: 'DistillationSpec' });
export type DistillationSpec = z.infer<typeof DistillationSpec>;

/** A distillation that is done in many ways: what belongs to the whole (name, priority, tags …) is the sweep's. */
export const SweepBase = z
  .strictObject({ kind: z.literal('distillation').default('distillation'), ...trainingFields })
  .superRefine(checkTogether)
  .meta({ id: 'SweepBase' });
export type SweepBase = z.infer<typeof SweepBase>;
