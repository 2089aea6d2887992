import { type Database, isUniqueViolation } from './database.ts';
import { insertModel } from './models/models.ts';
import { EVERYBODY, type OnCreated } from './owner.ts';

/** Of a job. */
interface Moment {
  jobId: string;
  step: number;
}

/**
 * Makes a model of the `policy` of a job's checkpoint, with what was evaluated at that step; there is one of each step.
 * @throws Error when the job keeps no such checkpoint
 */
export async function modelFromCheckpoint(
  database: Database,
  { jobId, step }: Moment,
  onCreated: OnCreated = EVERYBODY.onCreated,
): Promise<{ id: string; isNew: boolean }> {
  const known = await database.model.findFirst({ where: { jobId, checkpointStep: step }, select: { id: true } });
  if (known) return { id: known.id, isNew: false };
  try {
    return { id: await insert(database, { jobId, step }, onCreated), isNew: true };
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    // Another call was faster.
    return modelFromCheckpoint(database, { jobId, step }, onCreated);
  }
}

async function insert(database: Database, { jobId, step }: Moment, onCreated: OnCreated): Promise<string> {
  const job = await database.job.findUniqueOrThrow({ where: { id: jobId }, include: { teacher: true } });
  const metrics = await database.metric.findMany({
    where: { jobId, step, name: { in: ['kl', 'action_error', 'jacobian_error'] } },
  });
  return database.$transaction(async (transaction) => {
    const { sha256, artifact } = await transaction.checkpoint.findUniqueOrThrow({
      where: { jobId_step_name: { jobId, step, name: 'policy' } },
      include: { artifact: true },
    });
    const { observation, contractHash, actions } = job.teacher!;
    const filename = `${jobId}-${step}.safetensors`;
    const mediaType = 'application/octet-stream';
    const model = {
      observation: observation as object,
      contractHash,
      actions,
      layerTable: job.table,
      checkpointStep: step,
      metrics: Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
      files: [{ name: 'student', filename, mediaType, sha256, bytes: Number(artifact.bytes) }],
    };
    const id = await insertModel(transaction, { jobId, projectId: job.projectId }, model);
    await onCreated(transaction, id);
    return id;
  });
}
