import swagger from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { type App } from './dependencies.ts';
import { pruneComponents } from './prune-components.ts';

const DESCRIPTION = `Distils trained Atari policies into small ones that match their action probabilities and their
input derivatives (Sobolev training). Upload a teacher and rollouts, submit a job, follow its events, download the model.
Errors are RFC 9457 problems with a stable \`code\`. Lists are newest first.`;

/** Writes the OpenAPI document from the routes' schemas, at /openapi.json. */
export async function describeApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Sobolev Distiller', version: '1', description: DESCRIPTION.replaceAll('\n', ' ') },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => pruneComponents(jsonSchemaTransformObject(document)),
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
