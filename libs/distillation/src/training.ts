import { type Policy } from '@distiller/policies';
import {
  initializeWeights,
  initialState,
  type StepOptions,
  type StepTerms,
  trainStep,
  type TrainState,
} from '@distiller/sobolev';
import { restoreCheckpoint, restoreSeen, saveCheckpoint, type Seen } from './checkpoint.ts';
import { DivergedError } from './diverged-error.ts';
import { evaluate, type EvaluationSet } from './evaluate.ts';
import { type DistillEvent, type EvaluationMetrics } from './events.ts';
import { type DistillationSpec } from './spec/index.ts';
import { policyFile, type StudentDescription } from './student-files.ts';
import { type BatchSource, trainingBatch } from './training-batches.ts';
import { keepsBest, NOTHING_SEEN, watchEvaluation } from './watch.ts';

/** A run on its way: its state is the newest, whenever it is looked at. */
export interface TrainingRun {
  spec: DistillationSpec;
  options: StepOptions;
  heldOut: EvaluationSet;
  description: StudentDescription;
  state: TrainState;
  seen: Seen;
}

/** A run at its beginning, or where a checkpoint's bytes left it. */
export function startRun(
  spec: DistillationSpec,
  parts: Pick<TrainingRun, 'options' | 'heldOut' | 'description'>,
  checkpoint: Uint8Array | undefined,
): TrainingRun {
  const { network } = parts.options;
  const state = checkpoint
    ? restoreCheckpoint(checkpoint)
    : initialState(parts.options, initializeWeights(network, spec.seed));
  const seen = checkpoint ? restoreSeen(checkpoint) : { watch: NOTHING_SEEN, best: null };
  return { spec, ...parts, state, seen };
}

export interface TrainingOptions {
  /** The step at which this stretch of training ends. */
  until: number;
  evaluateEvery: number;
  /** Time between checkpoints. */
  checkpointEveryMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Trains up to a step, evaluating on the way and at the end; a last checkpoint comes after the last evaluation, so that
 * who goes on from it has told that already. Ends early when it is aborted, and when evaluations have shown enough.
 * @returns the metrics of the last evaluation of this stretch, if there was one
 * @throws DivergedError when the loss or its gradient stops being finite
 */
export async function* train(
  run: TrainingRun,
  source: BatchSource,
  { until, evaluateEvery, checkpointEveryMs, signal }: TrainingOptions,
): AsyncGenerator<DistillEvent, EvaluationMetrics | undefined> {
  let savedAtMs = performance.now();
  let metrics: EvaluationMetrics | undefined;
  while (run.state.step < until && !run.seen.watch.stopped && !signal?.aborted) {
    const startedAtMs = performance.now();
    const { batch, waitSeconds, dispose } = await trainingBatch(source, run.state.step + 1);
    const { state, terms } = await trainStep(run.options, run.state, batch);
    dispose();
    run.state = state;
    requireFinite(state.step, terms);
    const seconds = (performance.now() - startedAtMs) / 1000;
    yield { type: 'step', step: state.step, seconds, waitSeconds, metrics: terms };
    if (state.step % evaluateEvery === 0 || state.step === until) {
      metrics = await evaluate(run.heldOut, studentOf(run));
      yield { type: 'evaluation', step: state.step, metrics };
      await look(run, metrics);
    }
    const isDue = isKept(run) || performance.now() - savedAtMs >= checkpointEveryMs;
    if (isDue && state.step < until && !run.seen.watch.stopped) {
      yield await checkpointOf(run);
      savedAtMs = performance.now();
    }
  }
  return metrics;
}

export function studentOf({ options: { network }, state: { weights } }: TrainingRun): Policy {
  return { network, weights };
}

export async function checkpointOf(run: TrainingRun): Promise<DistillEvent> {
  const { state, seen, description } = run;
  return {
    type: 'checkpoint',
    step: state.step,
    bytes: await saveCheckpoint(state, seen),
    policy: await policyFile(studentOf(run), description),
    isBest: isBest(run),
    keepPeriodic: isPeriodic(run) ? run.spec.checkpoints.keep : undefined,
  };
}

/** Draws an evaluation's conclusions, and keeps the weights that did best where they become the model. */
async function look({ spec, state: { step, weights }, seen }: TrainingRun, metrics: EvaluationMetrics): Promise<void> {
  seen.watch = watchEvaluation(spec, seen.watch, { step, metrics });
  if (spec.keep !== 'best' || seen.watch.best?.step !== step) return;
  const copies = weights.map(async (tensor) => {
    const data = Float32Array.from((await tensor.data()) as Float32Array);
    return { dtype: 'F32' as const, shape: tensor.shape, data };
  });
  seen.best = await Promise.all(copies);
}

/** Beyond the next checkpoint. */
function isKept(run: TrainingRun): boolean {
  return isBest(run) || isPeriodic(run);
}

function isBest({ spec, state, seen }: TrainingRun): boolean {
  return keepsBest(spec) && seen.watch.best?.step === state.step;
}

function isPeriodic({ spec: { checkpoints }, state }: TrainingRun): boolean {
  return checkpoints.every !== null && state.step > 0 && state.step % checkpoints.every === 0;
}

function requireFinite(step: number, { value_term, derivative_term, gradient_norm }: StepTerms): void {
  for (const [term, value] of Object.entries({ value_term, derivative_term, gradient_norm })) {
    if (!Number.isFinite(value)) throw new DivergedError(step, term, value);
  }
}
