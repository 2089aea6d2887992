import { readFile } from 'node:fs/promises';
import { distill, type DistillEvent, openLabels, openRollouts } from '@distiller/distillation';
import { contractHash } from '@distiller/distillation/spec';
import { type ArtifactStore, type NewModel } from '@distiller/storage';
import { type DistillationWork } from '../kinds/work.ts';
import { type JobOrder, type Told } from './messages.ts';
import { type WorkContext } from './run-work.ts';
import { modelFiles } from './model-files.ts';
import { loadTeacher } from './teacher-files.ts';

/** Files of a checkpoint by the names under which they are kept. */
const STATE = 'state';

/** Distils, and puts what it makes into the artifact store. */
export async function* runDistillation(
  work: DistillationWork,
  { engine, checkpoint, checkpointEveryMs }: JobOrder,
  { store, signal }: WorkContext,
): AsyncGenerator<Told> {
  const inputs = {
    teacher: await loadTeacher(work.teacher),
    rollouts: await openRollouts(work.rollouts!.path),
    labels: work.labels && (await openLabels(work.labels.path)),
    checkpoint: checkpoint && (await readFile(checkpoint.paths[STATE]!)),
  };
  for await (const event of distill(work.spec, inputs, { checkpointEveryMs, signal })) {
    if (event.type === 'finished') yield* finished(event, work, { store, engine });
    else yield await told(event, store);
  }
}

async function told(event: Exclude<DistillEvent, Finished>, store: ArtifactStore): Promise<Told> {
  switch (event.type) {
    case 'labelling':
      return { type: 'progress', phase: 'labelling', done: event.done, total: event.total };
    case 'step':
    case 'evaluation':
      return event;
    case 'checkpoint':
      return { type: 'checkpoint', step: event.step, files: [{ name: STATE, ...(await store.put(event.bytes)) }] };
  }
}

type Finished = Extract<DistillEvent, { type: 'finished' }>;

async function* finished(
  { step, metrics, files, parameterCount }: Finished,
  work: DistillationWork,
  { store, engine }: { store: ArtifactStore; engine: string },
): AsyncGenerator<Told> {
  const { observation, actions } = work.teacher;
  const versions = { engine, node: process.version };
  const stored = await modelFiles(work, { files, metrics, versions }, store);
  for (const message of stored.remarks) yield { type: 'remark', message };
  const model: NewModel = {
    observation,
    contractHash: contractHash(observation),
    actions: [...actions],
    layerTable: work.layerTable,
    metrics,
    files: stored.files,
  };
  yield { type: 'finished', step, result: { ...metrics, parameter_count: parameterCount }, made: { model } };
}
