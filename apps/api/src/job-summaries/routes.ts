import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { JobQuery } from '../jobs/query.ts';
import { JobStatus } from '../jobs/status.ts';
import { pageOf, pageRequest, toPage } from '../page.ts';
import { problemResponses } from '../problems/schema.ts';
import { scoped } from '../scope.ts';
import { JobSummary, toSummary } from './schema.ts';

/** Rows are small: a table of thousands is read in a few pages. */
const SummaryQuery = JobQuery.pick({ cursor: true, status: true }).extend({
  limit: z.coerce.number().int().min(1).max(1000).default(500),
  ids: z
    .string()
    .regex(/^[a-z]+_[0-9a-z]+(,[a-z]+_[0-9a-z]+){0,199}$/, { error: 'up to 200 ids of jobs, separated by commas' })
    .optional()
    .describe('only these, separated by commas'),
});

export function jobSummaryRoutes(app: App): void {
  app.get(
    '/v1/job-summaries',
    {
      config: { scope: 'jobs:read' },
      schema: {
        tags: ['jobs'],
        operationId: 'listJobSummaries',
        summary: 'Jobs in a line each, with the best and last of their held-out metrics',
        querystring: SummaryQuery,
        response: { 200: pageOf(JobSummary), ...problemResponses },
      },
    },
    async (request) => {
      const { status, ids, ...page } = request.query;
      const wanted = status?.split(',').map((one) => JobStatus.parse(one));
      const filter = { ...pageRequest(page), status: wanted, ids: ids?.split(',') };
      return toPage(await scoped(request).storage.jobSummaries.list(filter), toSummary);
    },
  );
}
