import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { scoped } from '../scope.ts';
import { Labels, toLabels } from './schema.ts';

const tags = ['labels'];

/** Labels are made by jobs of the kind `labelling`. */
export function labelsRoutes(app: App): void {
  app.get(
    '/v1/labels',
    {
      schema: {
        tags,
        operationId: 'listLabels',
        querystring: PageQuery,
        response: { 200: pageOf(Labels), ...problemResponses },
      },
    },
    async (request) => toPage(await scoped(request).storage.labels.list(pageRequest(request.query)), toLabels),
  );

  app.get(
    '/v1/labels/:id',
    {
      schema: {
        tags,
        operationId: 'getLabels',
        params: z.strictObject({ id: z.string().describe('id or name') }),
        response: { 200: Labels, ...problemResponses },
      },
    },
    async (request) => {
      const { id } = request.params;
      const labels = await scoped(request).storage.labels.get(id);
      if (!labels) throw new ProblemError('labels_not_found', `no labels have the id or name '${id}'`);
      return toLabels(labels);
    },
  );
}
