import { type CheckpointRow } from '@distiller/storage';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { downloadResponses, sendFile } from '../files/download.ts';
import { Model, toModel } from '../models/schema.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { type Scope, scoped } from '../scope.ts';
import { requireJob } from './routes.ts';
import { StoredFile, toStoredFile } from './schema.ts';

const tags = ['jobs'];
const params = z.strictObject({ id: z.string() });
const stepParams = params.extend({ step: z.coerce.number().int().min(0).max(0x7fff_ffff) });

const Checkpoint = z
  .object({
    step: z.int(),
    is_newest: z.boolean().describe('the job goes on from this one'),
    is_best: z.boolean(),
    is_periodic: z.boolean().describe('kept because the spec asks for one every so many steps'),
    files: z.array(StoredFile).describe('`state`: all of the training state; `policy`: the student of that step'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Checkpoint' });

/** What a job can go on from, and its students of those moments. */
export function checkpointRoutes(app: App): void {
  app.get(
    '/v1/jobs/:id/checkpoints',
    {
      schema: {
        tags,
        operationId: 'listCheckpoints',
        summary: 'The checkpoints that are kept, newest first',
        params,
        response: { 200: z.object({ data: z.array(Checkpoint) }), ...problemResponses },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { storage } = scoped(request);
      await requireJob(storage, id);
      return { data: (await storage.jobs.checkpoints(id)).map((row) => toCheckpoint(id, row)) };
    },
  );

  app.get(
    '/v1/jobs/:id/checkpoints/:step/download',
    {
      schema: {
        tags,
        operationId: 'downloadCheckpoint',
        summary: 'A file of a checkpoint; its sha256 is in ETag and Repr-Digest',
        params: stepParams,
        querystring: z.strictObject({ file: z.string().max(200).default('policy') }),
        response: { ...downloadResponses, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id, step } = request.params;
      const name = request.query.file;
      const scope = scoped(request);
      const file = filesOf(id, await requireCheckpoint(scope, id, step)).find((one) => one.name === name);
      if (!file) throw new ProblemError('file_not_found', `the checkpoint has no file '${name}'`);
      return sendFile(scope.artifacts, file, { request, reply });
    },
  );

  app.post(
    '/v1/jobs/:id/checkpoints/:step/model',
    {
      schema: {
        tags,
        operationId: 'createModelFromCheckpoint',
        summary: "Make a model of a checkpoint's student; asked again, it is answered as it is",
        params: stepParams,
        response: { 200: Model, 201: Model, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id, step } = request.params;
      const { storage } = scoped(request);
      const checkpoint = await requireCheckpoint({ storage }, id, step);
      if (!checkpoint.files.some(({ name }) => name === 'policy')) {
        throw new ProblemError('file_not_found', `the checkpoint at step ${step} holds no student`);
      }
      const { id: model, isNew } = await storage.models.fromCheckpoint(id, step);
      const row = (await storage.models.get(model))!;
      return reply
        .code(isNew ? 201 : 200)
        .header('location', `/v1/models/${model}`)
        .send(toModel(row));
    },
  );
}

/** @throws ProblemError job_not_found, checkpoint_not_found */
async function requireCheckpoint(
  { storage }: Pick<Scope, 'storage'>,
  id: string,
  step: number,
): Promise<CheckpointRow> {
  await requireJob(storage, id);
  const found = (await storage.jobs.checkpoints(id)).find((row) => row.step === step);
  if (!found) throw new ProblemError('checkpoint_not_found', `the job keeps no checkpoint of step ${step}`);
  return found;
}

function toCheckpoint(jobId: string, row: CheckpointRow): z.infer<typeof Checkpoint> {
  return {
    step: row.step,
    is_newest: row.isNewest,
    is_best: row.isBest,
    is_periodic: row.isPeriodic,
    files: filesOf(jobId, row).map(toStoredFile),
    created_at: row.createdAt.toISOString(),
  };
}

function filesOf(jobId: string, { step, files }: CheckpointRow) {
  const mediaType = 'application/octet-stream';
  const suffix = (name: string) => (name === 'policy' || name === 'state' ? '.safetensors' : '');
  return files.map((file) => ({ ...file, mediaType, filename: `${jobId}-${step}-${file.name}${suffix(file.name)}` }));
}
