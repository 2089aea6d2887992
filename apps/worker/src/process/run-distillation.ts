import { createReadStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { distill, distillClosedLoop, type DistillEvent, openLabels, openRollouts } from '@distiller/distillation';
import { contractHash, type DistillationSpec } from '@distiller/distillation/spec';
import { type ArtifactStore, type NewCheckpoint, type NewModel } from '@distiller/storage';
import { type DistillationWork } from '../kinds/work.ts';
import { type JobOrder, type Told } from './messages.ts';
import { modelFiles } from './model-files.ts';
import { type WorkContext } from './work-context.ts';
import { loadTeacher } from './teacher-files.ts';
import { whyStopped } from './why-stopped.ts';

/** Files of a checkpoint by the names under which they are kept. */
const STATE = 'state';
const POLICY = 'policy';
const ROUND = 'round-';
const roundName = (round: number) => `${ROUND}${String(round).padStart(4, '0')}`;

/** Distils, on recorded play or in a closed loop, and puts what it makes into the artifact store. */
export async function* runDistillation(
  work: DistillationWork,
  order: JobOrder,
  context: WorkContext,
): AsyncGenerator<Told> {
  // Rounds of a closed loop, for whoever goes on.
  const rounds: NewCheckpoint['files'] = await keptRounds(order, context);
  for await (const event of await events(work, order, context)) {
    if (event.type === 'finished') yield* finished(event, { work, order, context, rounds });
    else yield await told(event, { spec: work.spec, store: context.store, rounds });
  }
}

async function events(
  { spec, teacher, rollouts, labels }: DistillationWork,
  { checkpoint, checkpointEveryMs, scratch }: JobOrder,
  { signal, framesBytes }: WorkContext,
): Promise<AsyncGenerator<DistillEvent>> {
  const options = { checkpointEveryMs, signal, framesBytes };
  const state = checkpoint?.paths[STATE];
  const inputs = { teacher: await loadTeacher(teacher), checkpoint: state ? await readFile(state) : undefined };
  const recorded = rollouts && (await openRollouts(rollouts.path));
  if (spec.data.kind === 'recorded') {
    const stored = labels && (await openLabels(labels.path));
    return distill(spec, { ...inputs, rollouts: recorded!, labels: stored }, options);
  }
  await mkdir(scratch, { recursive: true });
  const rounds = roundPaths(checkpoint?.paths ?? {});
  return distillClosedLoop(spec, { ...inputs, rollouts: recorded, rounds, directory: scratch }, options);
}

const roundNames = (paths: Record<string, string>) =>
  Object.keys(paths)
    .filter((name) => name.startsWith(ROUND))
    .sort();

const roundPaths = (paths: Record<string, string>) => roundNames(paths).map((name) => paths[name]!);

/** Files that are in the store already: to put them again costs a hash, and says which they are. */
function keptRounds({ checkpoint }: JobOrder, { store }: WorkContext): Promise<NewCheckpoint['files']> {
  const names = roundNames(checkpoint?.paths ?? {});
  return Promise.all(
    names.map(async (name) => ({ name, ...(await store.put(createReadStream(checkpoint!.paths[name]!))) })),
  );
}

async function told(
  event: Exclude<DistillEvent, Finished>,
  { spec, store, rounds }: { spec: DistillationSpec; store: ArtifactStore; rounds: NewCheckpoint['files'] },
): Promise<Told> {
  switch (event.type) {
    case 'step':
      return event;
    case 'evaluation':
      return { ...event, metrics: { ...event.metrics } };
    case 'checkpoint': {
      const { step, bytes, policy, isBest, keepPeriodic } = event;
      const state = { name: STATE, ...(await store.put(bytes)) };
      const student = { name: POLICY, ...(await store.put(policy)) };
      return { type: 'checkpoint', step, files: [state, student, ...rounds], isBest, keepPeriodic };
    }
    case 'stopped_early':
      return { type: 'remark', ...whyStopped(event, spec) };
    case 'round': {
      const { round, frames, meanReturn, path } = event;
      rounds.push({ name: roundName(round), ...(await store.put(createReadStream(path))) });
      const who = round === 0 ? 'The teacher' : 'The student';
      return { type: 'remark', message: `${who} played round ${round}: ${frames} frames, mean return ${meanReturn}` };
    }
    case 'values_alone': {
      const [passes, least] = [event.passes.toPrecision(2), event.minPasses];
      const message = `Values alone: ${passes} passes over the frames, and derivatives from ${least} on (min_passes)`;
      return { type: 'remark', message };
    }
    case 'labelling':
    case 'playing':
      return { type: 'progress', phase: event.type, done: event.done, total: event.total };
    case 'recording':
      return { type: 'progress', phase: `recording round ${event.round}`, done: event.done, total: event.total };
  }
}

type Finished = Extract<DistillEvent, { type: 'finished' }>;

interface Ending {
  work: DistillationWork;
  order: JobOrder;
  context: WorkContext;
  rounds: NewCheckpoint['files'];
}

async function* finished(
  { step, metrics, files, parameterCount }: Finished,
  { work, order: { engine }, context: { store }, rounds }: Ending,
): AsyncGenerator<Told> {
  const { observation, actions } = work.teacher;
  const versions = { engine, node: process.version };
  const stored = await modelFiles(work, { files, metrics, rounds, versions }, store);
  for (const message of stored.remarks) yield { type: 'remark', message };
  const model: NewModel = {
    observation,
    contractHash: contractHash(observation),
    actions: [...actions],
    layerTable: work.layerTable,
    metrics,
    files: stored.files,
    name: work.spec.name,
  };
  // Of another step than the last: the best, or the one at which training stopped.
  const studentStep = step !== work.spec.steps && { student_step: step };
  const result = { ...metrics, parameter_count: parameterCount, ...studentStep };
  yield { type: 'finished', step, result, made: { model } };
}
