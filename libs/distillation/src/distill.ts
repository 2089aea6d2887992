import { type Policy } from '@distiller/policies';
import { type Rollouts, type StoredLabels } from '@distiller/rollouts';
import {
  initializeWeights,
  initialState,
  stateTensors,
  type StepOptions,
  trainStep,
  type TrainState,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { batchSource, closeSource } from './batch-source.ts';
import { restoreCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { DivergedError } from './diverged-error.ts';
import { evaluate, type EvaluationSet } from './evaluate.ts';
import { type DistillEvent, type EvaluationMetrics } from './events.ts';
import { labelAll } from './labels.ts';
import { evenlySpread } from './observations.ts';
import { type RegisteredTeacher } from './load-policy.ts';
import { type Prepared, prepare } from './prepare.ts';
import { type DistillationSpec } from './spec/index.ts';
import { stepOptions } from './step-options.ts';
import { labelsInUse, trainingLabels } from './stored-labels/labels-in-use.ts';
import { studentFiles } from './student-files.ts';
import { trainingBatch } from './training-batches.ts';

export interface DistillInputs {
  teacher: RegisteredTeacher;
  rollouts: Rollouts;
  /** Those that the job names, or that were found for it: `planLabels` says what it takes from them. */
  labels?: StoredLabels | undefined;
  /** Bytes of an earlier `checkpoint` event: training goes on at the step after it. */
  checkpoint?: Uint8Array | undefined;
}

export interface DistillOptions {
  /** When aborted, a last checkpoint is told (if training had begun) and the stream ends without `finished`. */
  signal?: AbortSignal;
  /** Time between checkpoints. */
  checkpointEveryMs?: number;
}

/** Held-out frames whose logits go into the reference file. */
const REFERENCE_FRAMES = 16;

/**
 * Distils a teacher into a student: the product in one function. The caller owns the tensor engine.
 * @throws DivergedError when the loss or its gradient stops being finite
 * @throws SpecError `labels_mismatch` when the stored labels are not of this teacher's contract and these frames
 */
export async function* distill(
  spec: DistillationSpec,
  { teacher, rollouts, labels: stored, checkpoint }: DistillInputs,
  { signal, checkpointEveryMs = 30_000 }: DistillOptions = {},
): AsyncGenerator<DistillEvent> {
  const inUse = labelsInUse(spec, { teacher, rollouts, labels: stored });
  const prepared = await prepare(spec, teacher, rollouts);
  const labels = yield* trainingLabels(prepared, inUse, signal);
  if (!labels) return tf.dispose([...prepared.teacher.weights]);
  const heldOut = await evaluationSet(spec, prepared);
  const options = stepOptions(spec, prepared.student.network);
  let state = startingState(spec.seed, options, checkpoint);
  let savedAtMs = Date.now();
  let metrics: EvaluationMetrics | undefined;
  const student = (): Policy => ({ network: options.network, weights: state.weights });

  const source = await batchSource(spec, prepared, { labels, inUse });
  try {
    while (state.step < spec.steps && !signal?.aborted) {
      const startedAtMs = performance.now();
      const { batch, waitSeconds, dispose } = await trainingBatch(source, state.step + 1);
      const { state: next, terms } = await trainStep(options, state, batch);
      dispose();
      state = next;
      requireFinite(state.step, terms);
      const seconds = (performance.now() - startedAtMs) / 1000;
      yield { type: 'step', step: state.step, seconds, waitSeconds, metrics: terms };
      if (state.step % spec.evaluate_every === 0 || state.step === spec.steps) {
        metrics = await evaluate(heldOut, student());
        yield { type: 'evaluation', step: state.step, metrics };
      }
      if (Date.now() - savedAtMs >= checkpointEveryMs) {
        yield { type: 'checkpoint', step: state.step, bytes: await saveCheckpoint(state) };
        savedAtMs = Date.now();
      }
    }
    // After the last evaluation: who goes on from here has told it already.
    yield { type: 'checkpoint', step: state.step, bytes: await saveCheckpoint(state) };
    if (state.step === spec.steps) {
      metrics ??= await evaluate(heldOut, student());
      yield await finished(teacher, prepared, { set: heldOut, student: student(), step: state.step, metrics });
    }
  } finally {
    await closeSource(source);
    tf.dispose([...stateTensors(state), ...prepared.teacher.weights]);
  }
}

async function evaluationSet(
  spec: DistillationSpec,
  { observations, teacher, heldOut }: Prepared,
): Promise<EvaluationSet> {
  const labels = await labelAll(teacher, observations, evenlySpread(heldOut, spec.evaluation_frames));
  return { observations, teacher, labels, jacobianFrames: evenlySpread(heldOut, spec.jacobian_frames) };
}

function startingState(seed: number, options: StepOptions, checkpoint: Uint8Array | undefined): TrainState {
  if (checkpoint) return restoreCheckpoint(checkpoint);
  return initialState(options, initializeWeights(options.network, seed));
}

function requireFinite(
  step: number,
  { value_term, derivative_term, gradient_norm }: Record<'value_term' | 'derivative_term' | 'gradient_norm', number>,
): void {
  for (const [term, value] of Object.entries({ value_term, derivative_term, gradient_norm })) {
    if (!Number.isFinite(value)) throw new DivergedError(step, term, value);
  }
}

async function finished(
  teacher: RegisteredTeacher,
  { student: { rows, parameterCount } }: Prepared,
  { set, student, step, metrics }: { set: EvaluationSet; student: Policy; step: number; metrics: EvaluationMetrics },
): Promise<DistillEvent> {
  const reference = { observations: set.observations, indices: evenlySpread(set.labels.indices, REFERENCE_FRAMES) };
  const { observation, actions } = teacher;
  const files = await studentFiles(student, { rows, observation, actions }, reference);
  return { type: 'finished', step, metrics, files, parameterCount };
}
