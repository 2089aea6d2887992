import { ResourceName } from '@distiller/distillation/spec';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { fieldProblem, ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { scoped } from '../scope.ts';
import { ModelParams as params, requireModel } from './require-model.ts';
import { Alias, Lineage, Model, toLineage, toModel } from './schema.ts';

const tags = ['models'];
const aliasParams = params.extend({ alias: Alias });

/** What models are called, what they come from, and how they go. */
export function registryRoutes(app: App): void {
  aliasRoutes(app);

  app.get(
    '/v1/models/:id/lineage',
    {
      schema: {
        tags,
        operationId: 'getModelLineage',
        summary: 'Everything that the model was made of, as a graph',
        params,
        response: { 200: Lineage, ...problemResponses },
      },
    },
    async (request) => {
      const { storage } = scoped(request);
      return toLineage(await storage.lineage((await requireModel(storage, request.params.id)).id));
    },
  );

  app.post(
    '/v1/models/:id/name',
    {
      schema: {
        tags,
        operationId: 'nameModel',
        summary: 'Make the model the next version of a name; one that has that name already is answered as it is',
        params,
        body: z.strictObject({ name: ResourceName }),
        response: { 200: Model, ...problemResponses },
      },
    },
    async (request) => {
      const { storage } = scoped(request);
      const { id } = request.params;
      const { name } = request.body;
      const model = await storage.models.name((await requireModel(storage, id)).id, name);
      if (!model) throw new ProblemError('model_not_found', `no model has the id '${id}'`);
      if (model.name === name) return toModel(model);
      throw fieldProblem('model_named', '/name', `the model is ${model.name}@${model.version}`);
    },
  );
}

function aliasRoutes(app: App): void {
  app.put(
    '/v1/models/:id/aliases/:alias',
    {
      schema: {
        tags,
        operationId: 'moveModelAlias',
        summary: 'From now on name@alias means this version, whatever it meant before',
        params: aliasParams,
        response: { 200: Model, ...problemResponses },
      },
    },
    async (request) => {
      const { storage } = scoped(request);
      const { id, alias } = request.params;
      const model = await requireModel(storage, id);
      if (model.name === null) throw new ProblemError('invalid_request', 'an alias needs a name: name the model first');
      await storage.models.moveAlias(model, alias);
      return toModel(await requireModel(storage, model.id));
    },
  );

  app.delete(
    '/v1/models/:id/aliases/:alias',
    {
      schema: {
        tags,
        operationId: 'removeModelAlias',
        params: aliasParams,
        response: { 204: z.undefined(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { storage } = scoped(request);
      const { id, alias } = request.params;
      const { name, aliases } = await requireModel(storage, id);
      const isThere = aliases.includes(alias) && (await storage.models.removeAlias(name ?? '', alias));
      if (!isThere) throw new ProblemError('alias_not_found', `the model has no alias '${alias}'`);
      return reply.code(204).send(undefined);
    },
  );

  app.delete(
    '/v1/models/:id',
    {
      schema: {
        tags,
        operationId: 'deleteModel',
        summary: 'Remove a model that no alias and no unfinished job needs: its files go, lineage still tells of it',
        params,
        response: { 204: z.undefined(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { storage } = scoped(request);
      const { id } = request.params;
      await storage.models.delete((await requireModel(storage, id)).id);
      return reply.code(204).send(undefined);
    },
  );
}
