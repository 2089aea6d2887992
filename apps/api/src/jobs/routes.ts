import { JobSpec } from '@distiller/distillation/spec';
import { type JobRow } from '@distiller/storage';
import { z } from 'zod';
import { type App, type Dependencies } from '../dependencies.ts';
import { type EventHub } from '../events/hub.ts';
import { pageOf } from '../page.ts';
import { problemResponses } from '../problems/schema.ts';
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

export function jobRoutes(app: App, dependencies: Dependencies, hub: EventHub): void {
  const { storage } = dependencies;

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
      onSend: discardWhenRefused(dependencies, 'file'),
    },
    async (request, reply) => {
      const { body, query, log } = request;
      if (query.dry_run === 'true') return reply.code(200).send(await dryRun(dependencies, body));
      const submitted = await submitJob(dependencies, body, log);
      const job = await ended(submitted.id, { request, reply }, submitted);
      return reply
        .code(201)
        .header('location', `/v1/jobs/${job.id}`)
        .send(await answerJob(dependencies, job));
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
    async ({ query }) => answerJobs(dependencies, await storage.jobs.list(jobFilter(query))),
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
      const { id } = request.params;
      return answerJob(dependencies, await ended(id, { request, reply }, await requireJob(dependencies, id)));
    },
  );

  /** The job as it is when the request has waited as long as it prefers. */
  async function ended(jobId: string, exchange: Exchange, before: JobRow): Promise<JobRow> {
    if (!(await waitAsPreferred(dependencies, hub, { jobId, ...exchange }))) return before;
    return requireJob(dependencies, jobId);
  }
}

/** @throws ProblemError job_not_found */
export async function requireJob({ storage }: Dependencies, id: string): Promise<JobRow> {
  const job = await storage.jobs.get(id);
  if (!job) throw noSuchJob(id);
  return job;
}
