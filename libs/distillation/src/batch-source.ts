import { type DirectionSet, noiseTable, principalComponents } from '@distiller/sobolev';
import { startDraws } from './draws.ts';
import { type Labels } from './labels.ts';
import { evenlySpread, observationTensor } from './observations.ts';
import { type Prepared } from './prepare.ts';
import { type DerivativeQuestion } from './questions.ts';
import { type DistillationSpec } from './spec/index.ts';
import { type BatchSource } from './training-batches.ts';

/** Principal components among which directions are drawn, and the frames that they are found from. */
const COMPONENTS = 64;
const COMPONENT_FRAMES = 512;

/** Height and width of a patch in pixels: from a ball to a paddle or a wall. */
const PATCH = { smallest: 2, largest: 16, frames: 'one' } as const;

/** Where the batches of a run come from, and what the teacher is asked about each. */
export async function batchSource(spec: DistillationSpec, prepared: Prepared, labels: Labels): Promise<BatchSource> {
  const { seed, batch_size: batchSize, steps: lastStep, loss } = spec;
  const derivative = await question(loss.derivative, prepared);
  const withNext = derivative.kind === 'jvp' && derivative.set.kind === 'frame-difference';
  return {
    draws: startDraws(prepared.observations, labels.indices, { seed, batchSize, lastStep, withNext }),
    teacher: prepared.teacher,
    labels,
    questions: { seed, augmentations: loss.augmentation, derivative, table: noiseTable(seed) },
  };
}

/** Ends the thread that draws, and disposes what was made for the questions. */
export async function closeSource({ draws, questions: { derivative, table } }: BatchSource): Promise<void> {
  await draws.close();
  table.dispose();
  if (derivative.kind === 'jvp' && derivative.set.kind === 'principal-components') derivative.set.basis.dispose();
}

async function question(
  derivative: DistillationSpec['loss']['derivative'],
  prepared: Prepared,
): Promise<DerivativeQuestion> {
  switch (derivative.kind) {
    case 'none':
      return { kind: 'none' };
    case 'vjp':
      return { kind: 'vjp', of: derivative.of, k: derivative.projections };
    case 'jvp': {
      const set = await directionSet(derivative.directions, prepared);
      return { kind: 'jvp', of: derivative.of, k: derivative.draws, set };
    }
  }
}

async function directionSet(kind: DirectionSet['kind'], { observations, train }: Prepared): Promise<DirectionSet> {
  switch (kind) {
    case 'patch':
      return { kind, ...PATCH };
    case 'principal-components': {
      const frames = observationTensor(observations, evenlySpread(train, COMPONENT_FRAMES));
      const basis = await principalComponents(frames, COMPONENTS);
      frames.dispose();
      return { kind, basis };
    }
    default:
      return { kind };
  }
}
