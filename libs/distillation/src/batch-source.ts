import { isNoise, noiseTable } from '@distiller/sobolev';
import { components, directionSet, disposeSet } from './direction-sets.ts';
import { startDraws } from './draws.ts';
import { type TrainingLabels } from './labels.ts';
import { isHeld, type RecordedObservations } from './observations.ts';
import { type Prepared } from './prepare.ts';
import { type DerivativeQuestion } from './questions.ts';
import { type DistillationSpec } from './spec/index.ts';
import { type LabelsInUse } from './stored-labels/labels-in-use.ts';
import { type StoredDerivatives } from './stored-labels/stored-derivatives.ts';
import { openStoredJvp } from './stored-labels/stored-jvp.ts';
import { startStoredVjp } from './stored-labels/stored-vjp.ts';
import { type BatchSource } from './training-batches.ts';
import { startWindowedDraws } from './windows/windowed-draws.ts';

/** Where the batches of a run come from, and what the teacher is asked about each. */
export async function batchSource(
  spec: DistillationSpec,
  prepared: Prepared<RecordedObservations>,
  { labels, inUse }: { labels: TrainingLabels; inUse: LabelsInUse },
): Promise<BatchSource> {
  const { seed, batch_size: batchSize, steps: lastStep, loss } = spec;
  const { indices } = labels;
  const { observations } = prepared;
  const stored = await storedDerivatives(spec, labels, inUse);
  const derivative = stored ? ({ kind: 'none' } as const) : await question(loss.derivative, prepared);
  const withNext = loss.derivative.kind === 'jvp' && loss.derivative.directions === 'frame-difference';
  const drawn = { seed, batchSize, lastStep, withNext };
  return {
    draws: isHeld(observations)
      ? startDraws(observations, indices, drawn)
      : await startWindowedDraws(observations, indices, drawn),
    teacher: prepared.teacher,
    labels,
    questions: {
      seed,
      augmentations: loss.augmentation,
      derivative,
      table: drawsNoise(loss.augmentation, derivative) ? noiseTable(seed) : null,
    },
    stored,
  };
}

/** Ends the threads, and disposes what was made for the questions. */
export async function closeSource({ draws, questions: { derivative, table }, stored }: BatchSource): Promise<void> {
  await draws.close();
  await stored?.close();
  table?.dispose();
  if (derivative.kind === 'jvp') disposeSet(derivative.set);
}

/** The table takes 50 ms and 4 MB: it is for those that have a use for it. */
function drawsNoise(augmentation: DistillationSpec['loss']['augmentation'], derivative: DerivativeQuestion): boolean {
  if (derivative.kind === 'jvp' && isNoise(derivative.set.kind)) return true;
  return augmentation.some(({ kind }) => kind === 'noise');
}

async function question(
  derivative: DistillationSpec['loss']['derivative'],
  { observations, train, actions }: Prepared<RecordedObservations>,
): Promise<DerivativeQuestion> {
  switch (derivative.kind) {
    case 'none':
      return { kind: 'none' };
    case 'vjp':
      return { kind: 'vjp', of: derivative.of, k: Math.min(derivative.projections, actions), actions };
    case 'jvp': {
      const set = await directionSet(derivative.directions, () => components(observations, train));
      return { kind: 'jvp', of: derivative.of, k: derivative.draws, set };
    }
  }
}

async function storedDerivatives(
  { seed, batch_size: batchSize, steps: lastStep, loss: { derivative } }: DistillationSpec,
  { indices, actions }: TrainingLabels,
  { plan, stored }: LabelsInUse,
): Promise<StoredDerivatives | null> {
  if (plan.derivative !== 'stored' || !stored) return null;
  switch (derivative.kind) {
    case 'none':
      return null;
    case 'vjp': {
      const wanted = Math.min(derivative.projections, actions);
      return startStoredVjp(stored, indices, { seed, batchSize, lastStep, wanted });
    }
    case 'jvp': {
      const { directions, draws: wanted } = derivative;
      return openStoredJvp(stored, indices, { directions, seed, wanted });
    }
  }
}
