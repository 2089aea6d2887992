import { JobSpec } from '@distiller/distillation/spec';
import { type JobRow, type ProjectStorage } from '@distiller/storage';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { pageOf, pageRequest, toPage } from '../page.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { scoped } from '../scope.ts';
import { discardWhenRefused } from '../uploads/taking.ts';
import { Job, JobQuery, JobStatus, toJob } from './schema.ts';
import { submitJob } from './submit.ts';

const tags = ['jobs'];
const params = z.strictObject({ id: z.string() });

export function jobRoutes(app: App): void {
  app.post(
    '/v1/jobs',
    {
      schema: {
        tags,
        operationId: 'createJob',
        summary: 'Submit a job',
        body: JobSpec,
        response: { 201: Job, ...problemResponses },
      },
      onSend: discardWhenRefused('file'),
    },
    async (request, reply) => {
      const job = toJob(await submitJob(scoped(request), request.body, request.log));
      return reply.code(201).header('location', `/v1/jobs/${job.id}`).send(job);
    },
  );

  app.get(
    '/v1/jobs',
    {
      schema: {
        tags,
        operationId: 'listJobs',
        querystring: JobQuery,
        response: { 200: pageOf(Job), ...problemResponses },
      },
    },
    async (request) => {
      const { status, ...page } = request.query;
      const wanted = status?.split(',').map((one) => JobStatus.parse(one));
      return toPage(await scoped(request).storage.jobs.list({ ...pageRequest(page), status: wanted }), toJob);
    },
  );

  app.get(
    '/v1/jobs/:id',
    { schema: { tags, operationId: 'getJob', params, response: { 200: Job, ...problemResponses } } },
    async (request) => toJob(await requireJob(scoped(request).storage, request.params.id)),
  );

  app.post(
    '/v1/jobs/:id/cancel',
    {
      schema: {
        tags,
        operationId: 'cancelJob',
        summary: 'Cancel a job; one that is being cancelled, or was, is answered as it is',
        params,
        response: { 200: Job, ...problemResponses },
      },
    },
    async (request) => toJob(await cancelJob(scoped(request).storage, request.params.id)),
  );
}

/** @throws ProblemError job_not_found, job_ended */
async function cancelJob({ jobs }: ProjectStorage, id: string): Promise<JobRow> {
  const job = await jobs.requestCancel(id);
  if (!job) throw notFound(id);
  if (job.status === 'succeeded' || job.status === 'failed') {
    throw new ProblemError('job_ended', `the job has ${job.status}; only one that has not ended can be cancelled`);
  }
  return job;
}

/** @throws ProblemError job_not_found */
export async function requireJob({ jobs }: ProjectStorage, id: string) {
  const job = await jobs.get(id);
  if (!job) throw notFound(id);
  return job;
}

function notFound(id: string): ProblemError {
  return new ProblemError('job_not_found', `no job has the id '${id}'`);
}
