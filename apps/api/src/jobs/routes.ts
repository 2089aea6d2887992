import { JobSpec } from '@distiller/distillation/spec';
import { type JobRow, type ProjectStorage } from '@distiller/storage';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { type EventHub } from '../events/hub.ts';
import { pageOf } from '../page.ts';
import { problemResponses } from '../problems/schema.ts';
import { type Scope, scoped } from '../scope.ts';
import { discardWhenRefused } from '../uploads/taking.ts';
import { answerJob, answerJobs } from './answer.ts';
import { DryRun, dryRun } from './dry-run.ts';
import { jobFilter, JobQuery } from './query.ts';
import { noSuchJob } from './references.ts';
import { Job } from './schema.ts';
import { submitJob } from './submit.ts';
import { type Exchange, PreferHeaders, waitAsPreferred } from './wait.ts';

const tags = ['jobs'];
const params = z.strictObject({ id: z.string() });
const Flag = z.enum(['true', 'false']).default('false');

export function jobRoutes(app: App, hub: EventHub): void {
  app.post(
    '/v1/jobs',
    {
      schema: {
        tags,
        operationId: 'createJob',
        summary: 'Submit a job, or with `dry_run` hear what it would be',
        headers: PreferHeaders,
        querystring: z.strictObject({
          dry_run: Flag.describe('check everything, answer with every default, store nothing and use no upload up'),
        }),
        body: JobSpec,
        response: { 200: DryRun, 201: Job, ...problemResponses },
      },
      onSend: discardWhenRefused('file'),
    },
    async (request, reply) => {
      const { body, query, log } = request;
      const scope = scoped(request);
      if (query.dry_run === 'true') return reply.code(200).send(await dryRun(scope, body));
      const submitted = await submitJob(scope, body, log);
      const job = await ended(scope, submitted, { request, reply });
      return reply
        .code(201)
        .header('location', `/v1/jobs/${job.id}`)
        .send(await answerJob(scope, job));
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
      const scope = scoped(request);
      return answerJobs(scope, await scope.storage.jobs.list(jobFilter(request.query)));
    },
  );

  app.get(
    '/v1/jobs/:id',
    {
      schema: {
        tags,
        operationId: 'getJob',
        headers: PreferHeaders,
        params,
        response: { 200: Job, ...problemResponses },
      },
    },
    async (request, reply) => {
      const scope = scoped(request);
      const job = await requireJob(scope.storage, request.params.id);
      return answerJob(scope, await ended(scope, job, { request, reply }));
    },
  );

  /** The job as it is when the request has waited as long as it prefers. */
  async function ended(scope: Scope, before: JobRow, exchange: Exchange): Promise<JobRow> {
    if (!(await waitAsPreferred(scope, hub, { jobId: before.id, ...exchange }))) return before;
    return requireJob(scope.storage, before.id);
  }
}

/** @throws ProblemError job_not_found */
export async function requireJob({ jobs }: Pick<ProjectStorage, 'jobs'>, id: string): Promise<JobRow> {
  const job = await jobs.get(id);
  if (!job) throw noSuchJob(id);
  return job;
}
