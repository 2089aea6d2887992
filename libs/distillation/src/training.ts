import { type Policy } from '@distiller/policies';
import { type StepOptions, type StepTerms, trainStep, type TrainState } from '@distiller/sobolev';
import { saveCheckpoint } from './checkpoint.ts';
import { DivergedError } from './diverged-error.ts';
import { evaluate, type EvaluationSet } from './evaluate.ts';
import { type DistillEvent, type EvaluationMetrics } from './events.ts';
import { type BatchSource, trainingBatch } from './training-batches.ts';

/** A run on its way: its state is the newest, whenever it is looked at. */
export interface TrainingRun {
  options: StepOptions;
  heldOut: EvaluationSet;
  state: TrainState;
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
 * who goes on from it has told that already. Ends early when it is aborted.
 * @returns the metrics of the last evaluation of this stretch, if there was one
 * @throws DivergedError when the loss or its gradient stops being finite
 */
export async function* train(
  run: TrainingRun,
  source: BatchSource,
  { until, evaluateEvery, checkpointEveryMs, signal }: TrainingOptions,
): AsyncGenerator<DistillEvent, EvaluationMetrics | undefined> {
  let savedAtMs = Date.now();
  let metrics: EvaluationMetrics | undefined;
  while (run.state.step < until && !signal?.aborted) {
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
    }
    if (state.step < until && Date.now() - savedAtMs >= checkpointEveryMs) {
      yield await checkpointOf(run);
      savedAtMs = Date.now();
    }
  }
  return metrics;
}

export function studentOf({ options: { network }, state: { weights } }: TrainingRun): Policy {
  return { network, weights };
}

export async function checkpointOf({ state }: TrainingRun): Promise<DistillEvent> {
  return { type: 'checkpoint', step: state.step, bytes: await saveCheckpoint(state) };
}

function requireFinite(step: number, { value_term, derivative_term, gradient_norm }: StepTerms): void {
  for (const [term, value] of Object.entries({ value_term, derivative_term, gradient_norm })) {
    if (!Number.isFinite(value)) throw new DivergedError(step, term, value);
  }
}
