import { z } from 'zod';
import { type App, type Dependencies } from '../dependencies.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { downloadResponses, sendFile } from '../files/download.ts';
import { FileName, Model, toModel } from './schema.ts';

const tags = ['models'];
const params = z.strictObject({ id: z.string() });

export function modelRoutes(app: App, { storage, artifacts }: Dependencies): void {
  const requireModel = async (id: string) => {
    const model = await storage.models.get(id);
    if (!model) throw new ProblemError('model_not_found', `no model has the id '${id}'`);
    return model;
  };

  app.get(
    '/v1/models',
    {
      schema: {
        tags,
        operationId: 'listModels',
        querystring: PageQuery,
        response: { 200: pageOf(Model), ...problemResponses },
      },
    },
    async ({ query }) => toPage(await storage.models.list(pageRequest(query)), toModel),
  );

  app.get(
    '/v1/models/:id',
    { schema: { tags, operationId: 'getModel', params, response: { 200: Model, ...problemResponses } } },
    async ({ params: { id } }) => toModel(await requireModel(id)),
  );

  app.get(
    '/v1/models/:id/download',
    {
      schema: {
        tags,
        operationId: 'downloadModel',
        summary: 'A file of the model; its sha256 is in ETag and Repr-Digest',
        params,
        querystring: z.strictObject({ file: FileName.default('student') }),
        response: { ...downloadResponses, ...problemResponses },
      },
    },
    async (request, reply) => {
      const model = await requireModel(request.params.id);
      const file = model.files.find(({ name }) => name === request.query.file);
      if (!file) throw new ProblemError('file_not_found', `the model has no file '${request.query.file}'`);
      return sendFile(artifacts, file, { request, reply });
    },
  );
}
