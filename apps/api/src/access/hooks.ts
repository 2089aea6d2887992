import { type FastifyRequest } from 'fastify';
import { type App } from '../dependencies.ts';
import { type ServiceDependencies } from '../service-dependencies.ts';
import { authenticate, requireScope } from './authenticate.ts';
import { ANYBODY, type Caller } from './caller.ts';

/** Says who sends each request to /v1, refuses whom it must, and gives the others the rows of their project. */
export function guard(app: App, { storage, ...rest }: ServiceDependencies): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('scope', null);
  app.decorateRequest('hold', null);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!isGuarded(request)) return;
    const caller = rest.auth === 'keys' ? await authenticate(request, storage) : ANYBODY;
    requireScope(request, caller);
    request.caller = caller;
    if (caller.key) name(request, caller.key.id, caller.projectId);
    request.scope = { ...rest, storage: storage.inProject(caller.projectId, by(caller)) };
  });
}

/** Once a request holds an Idempotency-Key, what it makes is bound to it. To be called after the hook that takes the key. */
export function bindHolds(app: App, { storage, ...rest }: ServiceDependencies): void {
  app.addHook('preHandler', (request, _reply, done) => {
    const { caller, hold } = request;
    if (caller && hold) {
      request.scope = { ...rest, storage: storage.inProject(caller.projectId, { ...by(caller), hold }) };
    }
    done();
  });
}

/** Pages and health are for everybody; what is not there is nobody's. */
function isGuarded({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url?.startsWith('/v1/') ?? false;
}

function by({ key, limits }: Caller) {
  return { keyId: key?.id ?? null, limits };
}

function name(request: FastifyRequest, keyId: string, projectId: string): void {
  request.log = request.log.child({ key_id: keyId, project_id: projectId });
}
