import { type FastifyRequest } from 'fastify';
import { z } from 'zod';

const RESOURCES = ['jobs', 'teachers', 'rollouts', 'labels', 'models', 'uploads', 'webhooks'] as const;
const READ_AND_WRITE = RESOURCES.flatMap((resource) => [`${resource}:read`, `${resource}:write`] as const);

/** What a key may be used for. `admin` is everything, and alone reaches keys, projects and the audit. */
export const Scope = z.enum([...READ_AND_WRITE, 'admin']);
export type Scope = z.infer<typeof Scope>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that the route needs, where it is not the one that its address and method say; null: any key's. */
    scope?: Scope | null;
  }
}

/**
 * The scope that a request needs: `jobs:read` for GET /v1/jobs/…, `jobs:write` for anything else there. A resource that
 * is not in the list needs `admin`: what nobody has thought of stays closed. Null: any key will do.
 */
export function neededScope({ method, routeOptions: { url = '', config } }: FastifyRequest): Scope | null {
  if (config.scope !== undefined) return config.scope;
  const resource = /^\/v1\/([a-z-]+)/.exec(url)?.[1] ?? '';
  const isRead = method === 'GET' || method === 'HEAD';
  return Scope.safeParse(`${resource}:${isRead ? 'read' : 'write'}`).data ?? 'admin';
}
