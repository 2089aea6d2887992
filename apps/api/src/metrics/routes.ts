import { z } from 'zod';
import { alreadyChecked } from '../checked-answer.ts';
import { type App } from '../dependencies.ts';
import { requireJob } from '../jobs/routes.ts';
import { problemResponses } from '../problems/schema.ts';
import { scoped } from '../scope.ts';

const Series = z
  .object({
    name: z.string(),
    total: z.int().describe('recorded points, of which those here may be a sample that keeps every extreme'),
    steps: z.array(z.int()),
    values: z.array(z.number().nullable()).describe('null: not a finite number'),
    times: z.array(z.iso.datetime()),
  })
  .meta({ id: 'MetricSeries' });

const MetricsQuery = z.strictObject({
  names: z.string().max(1000).optional().describe('only these metrics, separated by commas'),
  max_points: z.coerce.number().int().min(4).max(100_000).default(1000).describe('a metric, at most'),
});

export function metricsRoutes(app: App): void {
  app.get(
    '/v1/jobs/:id/metrics',
    {
      schema: {
        tags: ['jobs'],
        operationId: 'getJobMetrics',
        params: z.strictObject({ id: z.string() }),
        querystring: MetricsQuery,
        response: { 200: z.object({ data: z.array(Series) }), ...problemResponses },
      },
    },
    async (request) => {
      const { storage } = scoped(request);
      const { id } = request.params;
      const { names, max_points: maxPoints } = request.query;
      await requireJob(storage, id);
      const series = await storage.metrics.list(id, { names: names?.split(','), maxPoints });
      const data = series.map(({ name, total, points }) => ({
        name,
        total,
        steps: points.map(({ step }) => step),
        values: points.map(({ value }) => (Number.isFinite(value) ? value : null)),
        times: points.map(({ at }) => at.toISOString()),
      }));
      // Typed where it was read: to check fifteen thousand numbers and times takes longer than to read them.
      return alreadyChecked({ data });
    },
  );
}
