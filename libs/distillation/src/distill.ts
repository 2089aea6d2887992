import { type Policy } from '@distiller/policies';
import { type Rollouts, type StoredLabels } from '@distiller/rollouts';
import { stateTensors } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { batchSource, closeSource } from './batch-source.ts';
import { evaluate, type EvaluationSet } from './evaluate.ts';
import { type DistillEvent, type EvaluationMetrics, type ReturnMetrics } from './events.ts';
import { labelAll } from './labels.ts';
import { type RegisteredTeacher } from './load-policy.ts';
import {
  closeObservations,
  evenlySpread,
  keepObservations,
  openObservations,
  type RecordedObservations,
} from './observations.ts';
import { earned } from './min-passes.ts';
import { type Prepared, prepare, splitFrames } from './prepare.ts';
import { type DistillationSpec } from './spec/index.ts';
import { stepOptions } from './step-options.ts';
import { labelsInUse, trainingLabels } from './stored-labels/labels-in-use.ts';
import { type StudentDescription, studentFiles } from './student-files.ts';
import { checkpointOf, startRun, studentOf, train, type TrainingRun } from './training.ts';

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
  /** Of decoded frames that may be in memory; of rollouts that take more, a window moves over them (`windowPlan`). */
  framesBytes?: number;
}

/** Held-out frames whose logits go into the reference file. */
const REFERENCE_FRAMES = 16;

/**
 * Distils a teacher into a student on recorded play: the product in one function. The caller owns the tensor engine.
 * @throws DivergedError when the loss or its gradient stops being finite
 * @throws SpecError `labels_mismatch` when the stored labels are not of this teacher's contract and these frames
 */
export async function* distill(
  spec: DistillationSpec,
  inputs: DistillInputs,
  options: DistillOptions = {},
): AsyncGenerator<DistillEvent> {
  const { stack } = inputs.teacher.observation;
  const observations = await openObservations(inputs.rollouts, stack, options.framesBytes);
  try {
    yield* distillObserved(spec, { ...inputs, observations }, options);
  } finally {
    await closeObservations(observations);
  }
}

async function* distillObserved(
  asked: DistillationSpec,
  { teacher, rollouts, labels: stored, checkpoint, observations }: DistillInputs & Pick<Recorded, 'observations'>,
  { signal, checkpointEveryMs = 30_000 }: DistillOptions,
): AsyncGenerator<DistillEvent> {
  const spec = yield* earned(asked, splitFrames(asked, rollouts).train.length);
  const inUse = labelsInUse(spec, { teacher, rollouts, labels: stored }, observations);
  const prepared = prepare(spec, { teacher, rollouts }, observations);
  const labels = yield* trainingLabels(prepared, inUse, signal);
  if (!labels) return tf.dispose([...prepared.teacher.weights]);
  const heldOut = await evaluationSet(spec, prepared);
  const options = stepOptions(spec, prepared.student.network);
  const run = startRun(spec, { options, heldOut, description: describe(teacher, prepared) }, checkpoint);
  const source = await batchSource(spec, prepared, { labels, inUse });
  try {
    const { steps: until, evaluate_every: evaluateEvery } = spec;
    let metrics = yield* train(run, source, { until, evaluateEvery, checkpointEveryMs, signal });
    yield await checkpointOf(run);
    const { watch, best } = run.seen;
    if (run.state.step < until && !watch.stopped) return;
    metrics ??= await evaluate(heldOut, studentOf(run));
    if (watch.stopped) yield { type: 'stopped_early', step: run.state.step, watch, metrics };
    const last = { student: studentOf(run), step: run.state.step, metrics };
    yield await (best && watch.best?.step !== run.state.step
      ? bestOf(run, (kept) => finished(teacher, prepared, { set: heldOut, ...kept }))
      : finished(teacher, prepared, { set: heldOut, ...last }));
  } finally {
    await closeSource(source);
    tf.dispose([...stateTensors(run.state), ...prepared.teacher.weights]);
  }
}

type Recorded = Prepared<RecordedObservations>;

export async function evaluationSet(
  spec: DistillationSpec,
  { observations: recorded, teacher, heldOut }: Pick<Recorded, 'observations' | 'teacher' | 'heldOut'>,
): Promise<EvaluationSet> {
  const evaluated = [spec.evaluation_frames, spec.jacobian_frames].map((count) => evenlySpread(heldOut, count));
  const { observations, lists } = await keepObservations(recorded, evaluated);
  const labels = await labelAll(teacher, observations, lists[0]!);
  return { observations, teacher, labels, jacobianFrames: lists[1]! };
}

/** What a student's file says besides its weights. */
export function describe(
  { observation, actions }: RegisteredTeacher,
  { student: { rows } }: Pick<Prepared, 'student'>,
): StudentDescription {
  return { rows, observation, actions };
}

/** The student that did best, for as long as it is used. */
async function bestOf<Result>(
  { options: { network }, heldOut, seen: { best, watch } }: TrainingRun,
  use: (kept: { student: Policy; step: number; metrics: EvaluationMetrics }) => Promise<Result>,
): Promise<Result> {
  const weights = best!.map(({ data, shape }) => tf.tensor(data, [...shape]));
  try {
    const student = { network, weights };
    return await use({ student, step: watch.best!.step, metrics: await evaluate(heldOut, student) });
  } finally {
    tf.dispose(weights);
  }
}

export async function finished(
  teacher: RegisteredTeacher,
  { student: { rows, parameterCount } }: Pick<Prepared, 'student'>,
  {
    set,
    student,
    step,
    metrics,
  }: { set: EvaluationSet; student: Policy; step: number; metrics: EvaluationMetrics & Partial<ReturnMetrics> },
): Promise<Extract<DistillEvent, { type: 'finished' }>> {
  const reference = { observations: set.observations, indices: evenlySpread(set.labels.indices, REFERENCE_FRAMES) };
  const { observation, actions } = teacher;
  const files = await studentFiles(student, { rows, observation, actions }, reference);
  return { type: 'finished', step, metrics, files, parameterCount };
}
