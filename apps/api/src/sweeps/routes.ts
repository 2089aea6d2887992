import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { requireJob } from '../jobs/routes.ts';
import { problemResponses } from '../problems/schema.ts';
import { scoped } from '../scope.ts';
import { SweepChild, toSweepChild } from './schema.ts';

export function sweepRoutes(app: App): void {
  app.get(
    '/v1/jobs/:id/children',
    {
      schema: {
        tags: ['jobs'],
        operationId: 'listSweepChildren',
        summary:
          "A sweep's children in a line each, in the order of its points, with what varies and how good they are",
        description:
          'Of a job that is no sweep, an empty list. As whole jobs, with those that make labels among them, they are in `GET /v1/jobs?parent_id=`.',
        params: z.strictObject({ id: z.string() }),
        response: { 200: z.object({ data: z.array(SweepChild) }), ...problemResponses },
      },
    },
    async (request) => {
      const { storage } = scoped(request);
      const { id } = await requireJob(storage, request.params.id);
      return { data: (await storage.sweeps.children(id)).map(toSweepChild) };
    },
  );
}
