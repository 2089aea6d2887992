import { readFile } from 'node:fs/promises';
import { distill, type DistillEvent, openRollouts } from '@distiller/distillation';
import { contractHash } from '@distiller/distillation/spec';
import { type ArtifactStore, type NewModel } from '@distiller/storage';
import { type DistillationWork } from '../kinds/work.ts';
import { type JobOrder, type Told } from './messages.ts';
import { type WorkContext } from './run-work.ts';
import { loadTeacher } from './teacher-files.ts';

/** Files of a checkpoint by the names under which they are kept. */
const STATE = 'state';

/** Distils, and puts what it makes into the artifact store. */
export async function* runDistillation(
  work: DistillationWork,
  { checkpoint, checkpointEveryMs }: JobOrder,
  { store, signal }: WorkContext,
): AsyncGenerator<Told> {
  const inputs = {
    teacher: await loadTeacher(work.teacher),
    rollouts: await openRollouts(work.rolloutsPath),
    checkpoint: checkpoint && (await readFile(checkpoint.paths[STATE]!)),
  };
  for await (const event of distill(work.spec, inputs, { checkpointEveryMs, signal }))
    yield await told(event, work, store);
}

async function told(event: DistillEvent, work: DistillationWork, store: ArtifactStore): Promise<Told> {
  switch (event.type) {
    case 'labelling':
      return { type: 'progress', phase: 'labelling', done: event.done, total: event.total };
    case 'step':
    case 'evaluation':
      return event;
    case 'checkpoint':
      return { type: 'checkpoint', step: event.step, files: [{ name: STATE, ...(await store.put(event.bytes)) }] };
    case 'finished': {
      const { step, metrics, parameterCount } = event;
      const result = { ...metrics, parameter_count: parameterCount };
      return { type: 'finished', step, result, made: { model: await model(event, work, store) } };
    }
  }
}

async function model(
  { metrics, files }: Extract<DistillEvent, { type: 'finished' }>,
  { jobId, layerTable, teacher: { observation, actions } }: DistillationWork,
  store: ArtifactStore,
): Promise<NewModel> {
  const mediaType = 'application/octet-stream';
  return {
    observation,
    contractHash: contractHash(observation),
    actions: [...actions],
    layerTable,
    metrics,
    files: [
      { name: 'student', filename: `${jobId}.safetensors`, mediaType, ...(await store.put(files.student)) },
      {
        name: 'reference',
        filename: `${jobId}.reference.safetensors`,
        mediaType,
        ...(await store.put(files.reference)),
      },
    ],
  };
}
