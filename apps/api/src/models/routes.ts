import { z } from 'zod';
import { type App, type Dependencies } from '../dependencies.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { type Scope, scoped } from '../scope.ts';
import { binaryResponse, sendFile } from '../files/download.ts';
import { FileName, Model, toModel } from './schema.ts';

const tags = ['models'];
const params = z.strictObject({ id: z.string() });

export function modelRoutes(app: App, { artifacts }: Dependencies): void {
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
    async (request) => toPage(await scoped(request).storage.models.list(pageRequest(request.query)), toModel),
  );

  app.get(
    '/v1/models/:id',
    { schema: { tags, operationId: 'getModel', params, response: { 200: Model, ...problemResponses } } },
    async (request) => toModel(await requireModel(scoped(request), request.params.id)),
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
        response: {
          200: binaryResponse,
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      const model = await requireModel(scoped(request), request.params.id);
      const file = model.files.find(({ name }) => name === request.query.file);
      if (!file) throw new ProblemError('file_not_found', `the model has no file '${request.query.file}'`);
      return sendFile(artifacts, file, { request, reply });
    },
  );
}

async function requireModel({ storage }: Scope, id: string) {
  const model = await storage.models.get(id);
  if (!model) throw new ProblemError('model_not_found', `no model has the id '${id}'`);
  return model;
}
