import { type Storage } from '@distiller/storage';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type App } from '../dependencies.ts';

/** Writes down who did what to which resource, before the answer is sent. */
export function keepAudit(app: App, { storage: { audit } }: { storage: Pick<Storage, 'audit'> }): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { caller } = request;
    if (!caller || !isDeed(request, reply)) return payload;
    const location = reply.getHeader('location');
    const event = {
      projectId: caller.projectId,
      keyId: caller.key?.id ?? null,
      action: request.routeOptions.schema?.operationId ?? `${request.method} ${request.routeOptions.url}`,
      resource: typeof location === 'string' ? location : (request.url.split('?')[0] ?? ''),
      status: reply.statusCode,
      requestId: request.id,
    };
    await audit.append(event).catch((error: unknown) => request.log.error({ err: error, audit: event }, 'not audited'));
    return payload;
  });
}

/** What was done, and what a key was not allowed to do. What is told again was done before. */
function isDeed({ method }: FastifyRequest, reply: FastifyReply): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false;
  return reply.statusCode < 400 && reply.getHeader('idempotency-replayed') === undefined;
}
