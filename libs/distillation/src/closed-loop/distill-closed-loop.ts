import { openRollouts, type Rollouts } from '@distiller/rollouts';
import { stateTensors } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { batchSource, closeSource } from '../batch-source.ts';
import { describe, type DistillOptions, evaluationSet, finished } from '../distill.ts';
import { evaluate } from '../evaluate.ts';
import { type DistillEvent, type EvaluationMetrics, type ReturnMetrics } from '../events.ts';
import { type RegisteredTeacher } from '../load-policy.ts';
import { earned } from '../min-passes.ts';
import { type Prepared, prepare } from '../prepare.ts';
import { readStudent } from '../evaluation/student.ts';
import { type DistillationSpec } from '../spec/index.ts';
import { stepOptions } from '../step-options.ts';
import { planLabels } from '../spec/labels-plan.ts';
import { checkpointOf, startRun, studentOf, train, type TrainingRun } from '../training.ts';
import { type GrowingSet, growingSet } from './growing-set.ts';
import { returnsMeter } from './returns.ts';
import { recordRound, type RoundContext } from './rounds.ts';

export interface ClosedLoopInputs {
  teacher: RegisteredTeacher;
  /** What is trained on first; without it the teacher plays a round. */
  rollouts?: Rollouts | undefined;
  /** Files that earlier `round` events told, in their order. */
  rounds?: readonly string[] | undefined;
  /** Bytes of the `checkpoint` event to go on from. */
  checkpoint?: Uint8Array | undefined;
  /** A directory for the rounds' files. */
  directory: string;
}

/**
 * Distils in rounds (DAgger, Ross, Gordon & Bagnell 2011): the student is trained, plays, the teacher says what it would have
 * done, and training goes on with all that was ever played. Steps are shared evenly among the rounds; after each the
 * student's return is measured. The caller owns the tensor engine.
 * @throws DivergedError when the loss or its gradient stops being finite; ArcadeUnavailableError without an emulator
 */
export async function* distillClosedLoop(
  asked: DistillationSpec,
  inputs: ClosedLoopInputs,
  { signal, checkpointEveryMs = 30_000 }: DistillOptions = {},
): AsyncGenerator<DistillEvent> {
  const context = roundContext(asked, inputs, signal);
  const files = [...(inputs.rounds ?? [])];
  const first = inputs.rollouts ?? (yield* firstRound(context, files));
  if (!first) return;
  const { teacher } = inputs;
  const observations = { frames: await first.loadFrames(), stack: teacher.observation.stack };
  const prepared = prepare(asked, { teacher, rollouts: first }, observations);
  const spec = yield* earned(asked, prepared.train.length + context.rounds * context.data.frames_per_round);
  const options = stepOptions(spec, prepared.student.network);
  const heldOut = await evaluationSet(spec, prepared);
  const parts = { options, heldOut, description: describe(inputs.teacher, prepared) };
  const run = startRun(spec, parts, inputs.checkpoint);
  try {
    const played = files.slice(inputs.rollouts ? 0 : 1);
    const set = yield* growingSet(prepared, played, signal);
    if (!set) return;
    yield* playAndTrain(run, { spec, prepared, set, context, inputs, checkpointEveryMs });
  } finally {
    tf.dispose([...stateTensors(run.state), ...prepared.teacher.weights]);
  }
}

interface Loop {
  spec: DistillationSpec;
  prepared: Prepared;
  set: GrowingSet;
  context: RoundContext;
  inputs: ClosedLoopInputs;
  checkpointEveryMs: number;
}

async function* playAndTrain(run: TrainingRun, loop: Loop): AsyncGenerator<DistillEvent> {
  const { spec, prepared, set, context, inputs } = loop;
  const { teacher } = inputs;
  const { rounds } = context;
  const measure = returnsMeter(context);
  let heldOut: EvaluationMetrics | undefined;
  let returns: ReturnMetrics | undefined;
  for (;;) {
    const until = lastStepOf(set.rounds, { steps: spec.steps, rounds });
    // Whoever goes on from the checkpoint of a round's end has measured it already.
    const isMeasured = run.state.step >= until;
    if (!isMeasured) heldOut = yield* trainRound(run, loop, until);
    if (run.state.step < until) {
      yield await checkpointOf(run);
      return;
    }
    const student = await studentAsTeacher(run, loop);
    if (!isMeasured) {
      returns = yield* measure(student);
      if (!returns) return;
      yield { type: 'evaluation', step: until, metrics: returns };
      yield await checkpointOf(run);
    }
    if (set.rounds === rounds) {
      returns ??= yield* measure(student);
      break;
    }
    const path = yield* recordRound(context, set.rounds + 1, student);
    if (path === undefined) return;
    if (!(yield* set.add(await openRollouts(path)))) return;
    yield await checkpointOf(run);
  }
  const metrics = { ...(heldOut ?? (await evaluate(run.heldOut, studentOf(run)))), ...returns };
  yield await finished(teacher, prepared, { set: run.heldOut, student: studentOf(run), step: spec.steps, metrics });
}

async function* trainRound(
  run: TrainingRun,
  { spec, prepared, set, context: { signal }, checkpointEveryMs }: Loop,
  until: number,
): AsyncGenerator<DistillEvent, EvaluationMetrics | undefined> {
  const labels = set.labels();
  const inUse = { plan: planLabels({ ...spec, labels: { kind: 'recompute' } }, undefined), stored: undefined };
  const grown = { ...prepared, observations: set.observations(), train: labels.indices };
  const source = await batchSource({ ...spec, steps: until }, grown, { labels, inUse });
  try {
    return yield* train(run, source, { until, evaluateEvery: spec.evaluate_every, checkpointEveryMs, signal });
  } finally {
    await closeSource(source);
  }
}

/** The last step of a round: all rounds, and the one before any, have their even share. */
export function lastStepOf(round: number, { steps, rounds }: { steps: number; rounds: number }): number {
  return Math.round((steps * (round + 1)) / (rounds + 1));
}

/** The student as one who can play: what its file says. */
async function studentAsTeacher(run: TrainingRun, { inputs, prepared }: Loop): Promise<RegisteredTeacher> {
  const metrics = { kl: 0, action_error: 0, jacobian_error: 0 };
  const told = { set: run.heldOut, student: studentOf(run), step: run.state.step, metrics };
  const { files } = await finished(inputs.teacher, prepared, told);
  return readStudent(files.student);
}

async function* firstRound(context: RoundContext, files: string[]): AsyncGenerator<DistillEvent, Rollouts | undefined> {
  const path = files[0] ?? (yield* recordRound(context, 0));
  if (path === undefined) return undefined;
  files[0] ??= path;
  return openRollouts(path);
}

function roundContext(
  spec: DistillationSpec,
  { teacher, directory }: ClosedLoopInputs,
  signal: AbortSignal | undefined,
): RoundContext {
  if (spec.data.kind !== 'closed_loop') throw new TypeError('the data of the spec are no closed loop');
  return { data: spec.data, rounds: spec.data.rounds, teacher, directory, seed: spec.seed, signal };
}
