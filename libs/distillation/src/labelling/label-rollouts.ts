import { type NewLabelsAttributes, openLabelsWriter, type LabelsWriter, type Rollouts } from '@distiller/rollouts';
import { isNoise, noiseTable } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { components, directionSet, disposeSet } from '../direction-sets.ts';
import {
  closeObservations,
  holdObservations,
  isHeld,
  openObservations,
  type RecordedObservations,
} from '../observations.ts';
import { loadPolicy, type RegisteredTeacher } from '../load-policy.ts';
import { contractHash, DIRECTIONS_VERSION, type LabellingSpec, type LabelledPair } from '../spec/index.ts';
import { answerBlock, type FramesToAnswer, type LabelQuestion } from './answers.ts';

export interface LabellingInputs extends LabelledPair {
  teacher: RegisteredTeacher;
  rollouts: Rollouts;
  /** Where the file goes. What is done lies beside it, in `path` + '.partial', and is found there again. */
  path: string;
}

export interface LabellingOptions {
  signal?: AbortSignal;
  /** Of decoded frames that may be in memory; of rollouts that take more, a block is read at a time. */
  framesBytes?: number | undefined;
}

/** What `labelRollouts` tells, in order. */
export type LabellingEvent =
  /** `done` frames are on disk: interrupted after this, labelling goes on there. Rate and time left are of this run. */
  | { type: 'progress'; done: number; total: number; framesPerSecond: number; secondsLeft: number | null }
  | { type: 'finished'; path: string; sha256: string; bytes: number; frames: number };

/**
 * Labels all frames of rollouts and stores what the teacher says of them. The same spec, inputs and engine make the same
 * bytes, however often it was interrupted. The caller owns the tensor engine.
 * @param options.signal when aborted, the block that is under way is finished and the stream ends without `finished`
 * @throws RolloutsError when a projection cannot be stored in the precision that was asked for
 */
export async function* labelRollouts(
  spec: LabellingSpec,
  inputs: LabellingInputs,
  { signal, framesBytes }: LabellingOptions = {},
): AsyncGenerator<LabellingEvent> {
  const { teacher, rollouts, path } = inputs;
  const attributes = attributesOf(spec, inputs);
  const writer = await openLabelsWriter(path, attributes);
  const observations = await openObservations(rollouts, teacher.observation.stack, framesBytes);
  const policy = loadPolicy(teacher);
  const question = await questionOf(spec, { actions: attributes.actions, observations, writer });
  const total = attributes.frames;
  const [startedAtMs, before] = [performance.now(), writer.done()];
  const progress = (): LabellingEvent => {
    const done = writer.done();
    const framesPerSecond = (1000 * (done - before)) / (performance.now() - startedAtMs);
    const secondsLeft = done > before ? (total - done) / framesPerSecond : null;
    return { type: 'progress', done, total, framesPerSecond, secondsLeft };
  };
  try {
    while (writer.done() < total) {
      yield progress();
      if (signal?.aborted) return;
      const frames = range(writer.done(), Math.min(writer.done() + writer.framesPerBlock, total));
      await writer.append(await answerBlock(policy, question, await framesToAnswer(observations, frames, question)));
    }
    yield progress();
    yield { type: 'finished', path, ...(await writer.seal()) };
  } finally {
    await closeObservations(observations);
    tf.dispose([...policy.weights]);
    disposeQuestion(question);
  }
}

async function framesToAnswer(
  recorded: RecordedObservations,
  frames: Int32Array,
  question: LabelQuestion,
): Promise<FramesToAnswer> {
  const withNext = question.kind === 'jvp' && question.directions.set.kind === 'frame-difference';
  const { observations, lists } = await holdObservations(recorded, [frames], { withNext });
  return { observations, frames, places: lists[0]! };
}

function attributesOf(
  { of, projections, seed }: LabellingSpec,
  { teacher: { observation, actions }, rollouts, teacherSha256, rolloutsSha256 }: LabellingInputs,
): NewLabelsAttributes {
  return {
    teacher_sha256: teacherSha256,
    rollouts_sha256: rolloutsSha256,
    contract_hash: contractHash(observation),
    frames: rollouts.frameCount,
    actions: actions.length,
    observation: [observation.height, observation.width, observation.stack],
    of,
    projections:
      projections.kind === 'vjp' ? { ...projections, count: Math.min(projections.count, actions.length) } : projections,
    directions_version: DIRECTIONS_VERSION,
    seed,
    versions: { engine: tf.getBackend(), tfjs: tf.version_core },
  };
}

async function questionOf(
  { of, seed, projections }: LabellingSpec,
  { actions, observations, writer }: { actions: number; observations: RecordedObservations; writer: LabelsWriter },
): Promise<LabelQuestion> {
  switch (projections.kind) {
    case 'none':
      return { kind: 'none', of, seed };
    case 'vjp':
      return { kind: 'vjp', of, seed, actions, count: Math.min(projections.count, actions) };
    case 'jvp': {
      const { count, directions: kind } = projections;
      const set = await directionSet(kind, () => keptComponents(observations, writer));
      return {
        kind: 'jvp',
        of,
        seed,
        count,
        directions: { set, seed, table: isNoise(kind) ? noiseTable(seed) : null },
      };
    }
  }
}

/** The components of all frames, rounded as the file keeps them; once they are in it, no other engine finds others. */
async function keptComponents(observations: RecordedObservations, writer: LabelsWriter): Promise<tf.Tensor> {
  const { count, height, width } = isHeld(observations) ? observations.frames : observations.store;
  const shape = [-1, height, width, observations.stack];
  if ((await writer.basis()) === null) {
    const basis = await components(observations, range(0, count));
    await writer.putBasis((await basis.data()) as Float32Array);
    basis.dispose();
  }
  const kept = (await writer.basis())!;
  return tf.tidy(() => tf.reshape(tf.tensor1d(kept), shape));
}

function disposeQuestion(question: LabelQuestion): void {
  if (question.kind !== 'jvp') return;
  disposeSet(question.directions.set);
  question.directions.table?.dispose();
}

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i);
}
