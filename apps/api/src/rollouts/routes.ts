import { inspectRollouts, RolloutsInput } from '@distiller/distillation/spec';
import { type RolloutsRow } from '@distiller/storage';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { fieldProblem, ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { type Scope, scoped } from '../scope.ts';
import { discardWhenRefused, requireUpload, takingUpload } from '../uploads/taking.ts';
import { Rollouts, toRollouts } from './schema.ts';

const tags = ['rollouts'];

export function rolloutsRoutes(app: App): void {
  app.post(
    '/v1/rollouts',
    {
      schema: {
        tags,
        operationId: 'createRollouts',
        summary: 'Register recorded play whose file was uploaded',
        body: RolloutsInput,
        response: { 201: Rollouts, ...problemResponses },
      },
      onSend: discardWhenRefused('file'),
    },
    async (request, reply) => {
      const { body } = request;
      const creating = createRollouts(scoped(request), body);
      const rollouts = toRollouts(await takingUpload(body.file.upload, '/file/upload', creating));
      return reply.code(201).header('location', `/v1/rollouts/${rollouts.id}`).send(rollouts);
    },
  );

  app.get(
    '/v1/rollouts',
    {
      schema: {
        tags,
        operationId: 'listRollouts',
        querystring: PageQuery,
        response: { 200: pageOf(Rollouts), ...problemResponses },
      },
    },
    async (request) => toPage(await scoped(request).storage.rollouts.list(pageRequest(request.query)), toRollouts),
  );

  app.get(
    '/v1/rollouts/:id',
    {
      schema: {
        tags,
        operationId: 'getRollouts',
        params: z.strictObject({ id: z.string().describe('id or name') }),
        response: { 200: Rollouts, ...problemResponses },
      },
    },
    async (request) => {
      const { id } = request.params;
      const rollouts = await scoped(request).storage.rollouts.get(id);
      if (!rollouts) throw new ProblemError('rollouts_not_found', `no rollouts have the id or name '${id}'`);
      return toRollouts(rollouts);
    },
  );
}

/** Looks at everything before anything is stored. */
async function createRollouts(dependencies: Scope, { name, file }: RolloutsInput): Promise<RolloutsRow> {
  const { storage, artifacts } = dependencies;
  if (await storage.rollouts.get(name)) {
    throw fieldProblem('name_taken', '/name', `there are rollouts named '${name}'`);
  }
  const upload = await requireUpload(dependencies, file, '/file');
  const rollouts = { name, ...(await inspectRollouts(await artifacts.stagedPath(upload.id))) };
  return storage.rollouts.create(rollouts, upload.id, () => artifacts.promote(upload.id, upload.sha256));
}
