import { checkDistillation, type JobSpec, ObservationContract } from '@distiller/distillation/spec';
import { type JobRow, type NewJob, type RolloutsRow, type TeacherRow } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { type Dependencies } from '../dependencies.ts';
import { layerTableJson } from '../layer-table.ts';
import { fieldProblem } from '../problems/problem.ts';

/**
 * Checks a spec against what it names, stores the job and puts it into the queue. The row comes first: when the queue is
 * away, the sweep enqueues the job later.
 */
export async function submitJob(
  { storage, producer }: Dependencies,
  spec: JobSpec,
  log: FastifyBaseLogger,
): Promise<JobRow> {
  const job = await storage.jobs.create(await planJob(storage, spec));
  await producer.enqueue({ jobId: job.id, kind: job.kind }).catch((error: unknown) => {
    log.warn({ err: error, job_id: job.id }, 'the queue is away; the sweep will enqueue the job');
  });
  return job;
}

async function planJob(storage: Dependencies['storage'], spec: JobSpec): Promise<NewJob> {
  const [teacher, rollouts] = await Promise.all([
    storage.teachers.get(spec.teacher),
    storage.rollouts.get(spec.rollouts),
  ]);
  if (!teacher) throw fieldProblem('unknown_reference', '/teacher', `no teacher has the id or name '${spec.teacher}'`);
  if (!rollouts) {
    throw fieldProblem('unknown_reference', '/rollouts', `no rollouts have the id or name '${spec.rollouts}'`);
  }
  const table = checkDistillation(spec, seen(teacher), { ...seen(rollouts), episodes: rollouts.episodes });
  return {
    kind: spec.kind,
    spec,
    layerTable: layerTableJson(table),
    teacherId: teacher.id,
    rolloutsId: rollouts.id,
    totalSteps: spec.steps,
    metadata: spec.metadata,
  };
}

function seen({ observation, actions }: TeacherRow | RolloutsRow) {
  return { observation: ObservationContract.parse(observation), actions };
}
