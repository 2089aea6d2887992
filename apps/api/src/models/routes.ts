import { z } from 'zod';
import { type App, type Dependencies } from '../dependencies.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { downloadResponses, sendFile } from '../files/download.ts';
import { scoped } from '../scope.ts';
import { Sha256 } from '../uploads/schema.ts';
import { ModelParams, requireModel } from './require-model.ts';
import { FileName, Model, toModel } from './schema.ts';

const tags = ['models'];
const ModelQuery = PageQuery.extend({
  name: z.string().max(100).optional().describe('only the versions of it'),
  contract_hash: Sha256.optional().describe('only models under that observation contract'),
  teacher: z.string().max(200).optional().describe('only students of it, by id or name'),
});

export function modelRoutes(app: App, { artifacts }: Dependencies): void {
  app.get(
    '/v1/models',
    {
      schema: {
        tags,
        operationId: 'listModels',
        querystring: ModelQuery,
        response: { 200: pageOf(Model), ...problemResponses },
      },
    },
    async (request) => {
      const { name, contract_hash: contractHash, teacher, ...page } = request.query;
      const filter = { ...pageRequest(page), name, contractHash, teacher };
      return toPage(await scoped(request).storage.models.list(filter), toModel);
    },
  );

  app.get(
    '/v1/models/:id',
    { schema: { tags, operationId: 'getModel', params: ModelParams, response: { 200: Model, ...problemResponses } } },
    async (request) => toModel(await requireModel(scoped(request).storage, request.params.id)),
  );

  app.get(
    '/v1/models/:id/download',
    {
      schema: {
        tags,
        operationId: 'downloadModel',
        summary: 'A file of the model; its sha256 is in ETag and Repr-Digest',
        params: ModelParams,
        querystring: z.strictObject({ file: FileName.default('student') }),
        response: { ...downloadResponses, ...problemResponses },
      },
    },
    async (request, reply) => {
      const model = await requireModel(scoped(request).storage, request.params.id);
      const file = model.files.find(({ name }) => name === request.query.file);
      if (!file) throw new ProblemError('file_not_found', `the model has no file '${request.query.file}'`);
      return sendFile(artifacts, file, { request, reply });
    },
  );
}
