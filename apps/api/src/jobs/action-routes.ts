import { type JobRow } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { type Scope, scoped } from '../scope.ts';
import { advanceSweep } from '../sweeps/advance-sweep.ts';
import { enqueueAll } from '../sweeps/enqueue-all.ts';
import { enqueue } from './enqueue.ts';
import { noSuchJob } from './references.ts';
import { answerJob } from './answer.ts';
import { requireJob } from './routes.ts';
import { Job } from './schema.ts';

const tags = ['jobs'];
const params = z.strictObject({ id: z.string() });
const response = { 200: Job, ...problemResponses };

const CancelBody = z
  .strictObject({
    mode: z
      .enum(['graceful', 'now'])
      .default('graceful')
      .describe('`graceful`: it stops at its next step and keeps what it has; `now`: its process is ended'),
  })
  .nullish()
  .meta({ id: 'JobCancellation' });

const PauseBody = z
  .strictObject({
    checkpoint: z
      .enum(['save', 'latest'])
      .default('save')
      .describe('`save`: one is made at its next step; `latest`: steps after the last one are dropped'),
  })
  .nullish()
  .meta({ id: 'JobPause' });

/** What can be asked of a job: each is refused with what is legal instead, where the lifecycle has no such way. */
export function jobActionRoutes(app: App): void {
  app.post(
    '/v1/jobs/:id/cancel',
    {
      schema: {
        tags,
        operationId: 'cancelJob',
        summary: 'Cancel a job; one that is being cancelled, or was, is answered as it is',
        params,
        body: CancelBody,
        response,
      },
    },
    async (request) => {
      const { id } = request.params;
      const scope = scoped(request);
      const job = found(id, await scope.storage.jobs.requestCancel(id, request.body ?? {}));
      if (job.status === 'succeeded' || job.status === 'failed') {
        const detail = `the job has ${job.status}; only one that has not ended can be cancelled`;
        throw new ProblemError('job_ended', detail, [], job.status === 'failed' ? ['retry'] : []);
      }
      return answerJob(scope, await told(scope, job, request.log));
    },
  );

  app.post(
    '/v1/jobs/:id/pause',
    {
      schema: {
        tags,
        operationId: 'pauseJob',
        summary: 'Hold a job, which gives its worker free; one that is being paused, or is, is answered as it is',
        params,
        body: PauseBody,
        response,
      },
    },
    async (request) => {
      const { id } = request.params;
      const scope = scoped(request);
      const job = found(id, await scope.storage.jobs.requestPause(id, request.body ?? {}));
      return answerJob(scope, await told(scope, job, request.log));
    },
  );

  app.post(
    '/v1/jobs/:id/resume',
    {
      schema: {
        tags,
        operationId: 'resumeJob',
        summary: 'Queue a paused job again: it goes on from its checkpoint',
        params,
        response,
      },
    },
    async (request) => {
      const { id } = request.params;
      const scope = scoped(request);
      const job = found(id, await scope.storage.jobs.requestResume(id));
      return answerJob(scope, await queued(scope, job, request.log));
    },
  );

  app.post(
    '/v1/jobs/:id/retry',
    {
      schema: {
        tags,
        operationId: 'retryJob',
        summary: 'Submit the same job anew, from its first step, after it has failed or was cancelled',
        params,
        response: { 201: Job, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const scope = scoped(request);
      const { jobs, sweeps } = scope.storage;
      const isSweep = (await requireJob(scope.storage, id)).kind === 'sweep';
      const retried = found(id, await (isSweep ? sweeps : jobs).retry(id));
      const job = await answerJob(scope, await queued(scope, retried, request.log));
      return reply.code(201).header('location', `/v1/jobs/${job.id}`).send(job);
    },
  );
}

function found(id: string, job: JobRow | null): JobRow {
  if (!job) throw noSuchJob(id);
  return job;
}

async function queued(scope: Scope, job: JobRow, log: FastifyBaseLogger): Promise<JobRow> {
  if (job.kind !== 'sweep') {
    await enqueue(scope, job, log);
    return job;
  }
  await enqueueAll(scope, await scope.storage.sweeps.queued(job.id), log);
  return told(scope, job, log);
}

/** What was asked of a sweep is asked of its children, and the answer says what has become of it. */
async function told(scope: Scope, job: JobRow, log: FastifyBaseLogger): Promise<JobRow> {
  if (job.kind !== 'sweep') return job;
  await advanceSweep(scope, job.id, log);
  return requireJob(scope.storage, job.id);
}
