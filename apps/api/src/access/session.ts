import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { problemResponses } from '../problems/schema.ts';
import { type ServiceDependencies } from '../service-dependencies.ts';
import { authenticateKey } from './authenticate.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

const LIFE_S = 30 * 24 * 3600;

/** Signing in and out of the dashboard. Not under /v1: programs send their key with each request. */
export function sessionRoutes(app: App, { auth = 'off', storage }: ServiceDependencies): void {
  const schema = { hide: true, response: { 204: z.undefined(), ...problemResponses } };
  const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure: 'auto' } as const;
  app.post(
    '/session',
    { schema: { ...schema, body: z.strictObject({ key: z.string().trim().max(200) }) } },
    async (request, reply) => {
      const { key } = request.body;
      if (auth === 'keys') await authenticateKey(key, request, storage);
      return reply
        .setCookie(SESSION_COOKIE, key, { ...cookie, maxAge: LIFE_S })
        .code(204)
        .send();
    },
  );
  app.delete('/session', { schema }, (_request, reply) => {
    void reply.clearCookie(SESSION_COOKIE, cookie).code(204).send();
  });
}
