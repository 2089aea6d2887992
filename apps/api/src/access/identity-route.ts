import { z } from 'zod';
import { type App, type Dependencies } from '../dependencies.ts';
import { Key, toKey } from '../keys/schema.ts';
import { problemResponses } from '../problems/schema.ts';
import { callerOf } from './caller.ts';

const Identity = z
  .object({
    auth: z.enum(['off', 'keys']).describe('off: no key is needed, and everybody on this machine may do everything'),
    project: z.string(),
    scopes: z.array(z.string()),
    key: Key.nullable(),
  })
  .meta({ id: 'Identity' });

export function identityRoute(app: App, { auth = 'off' }: Dependencies): void {
  app.get(
    '/v1/identity',
    {
      config: { scope: null },
      schema: {
        tags: ['admin'],
        operationId: 'getIdentity',
        summary: 'Who the service takes you for, and what you may do',
        response: { 200: Identity, ...problemResponses },
      },
    },
    (request) => {
      const { projectId, key, scopes } = callerOf(request);
      return { auth, project: projectId, scopes: [...scopes], key: key && toKey(key) };
    },
  );
}
