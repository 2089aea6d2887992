import { JobSpec } from '@distiller/distillation/spec';
import { type JobRow, type Page } from '@distiller/storage';
import { z } from 'zod';
import { type App, type Dependencies } from '../dependencies.ts';
import { pageOf, pageRequest, toPage } from '../page.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { discardWhenRefused } from '../uploads/taking.ts';
import { Job, JobQuery, JobStatus, toJob } from './schema.ts';
import { submitJob } from './submit.ts';

const tags = ['jobs'];
const params = z.strictObject({ id: z.string() });

export function jobRoutes(app: App, dependencies: Dependencies): void {
  const { storage } = dependencies;

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
      onSend: discardWhenRefused(dependencies, 'file'),
    },
    async ({ body, log }, reply) => {
      const job = await answer(dependencies, await submitJob(dependencies, body, log));
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
    async ({ query: { status, ...page } }) => {
      const wanted = { ...pageRequest(page), status: status?.split(',').map((one) => JobStatus.parse(one)) };
      return listed(dependencies, await storage.jobs.list(wanted));
    },
  );

  app.get(
    '/v1/jobs/:id',
    { schema: { tags, operationId: 'getJob', params, response: { 200: Job, ...problemResponses } } },
    async ({ params: { id } }) => answer(dependencies, await requireJob(dependencies, id)),
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
    async ({ params: { id } }) => {
      const job = await storage.jobs.requestCancel(id);
      if (!job) throw notFound(id);
      if (job.status === 'succeeded' || job.status === 'failed') {
        throw new ProblemError('job_ended', `the job has ${job.status}; only one that has not ended can be cancelled`);
      }
      return answer(dependencies, job);
    },
  );
}

async function answer({ storage }: Dependencies, row: JobRow) {
  return toJob(row, await storage.workers.fleet());
}

async function listed({ storage }: Dependencies, page: Page<JobRow>) {
  const fleet = await storage.workers.fleet();
  return toPage(page, (row) => toJob(row, fleet));
}

/** @throws ProblemError job_not_found */
export async function requireJob({ storage }: Dependencies, id: string) {
  const job = await storage.jobs.get(id);
  if (!job) throw notFound(id);
  return job;
}

function notFound(id: string): ProblemError {
  return new ProblemError('job_not_found', `no job has the id '${id}'`);
}
