import { type IdempotencyHold, type Storage } from '@distiller/storage';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type App } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';
import { fingerprint } from './fingerprint.ts';
import { replay } from './replay.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The Idempotency-Key that the request holds. */
    hold: IdempotencyHold | null;
  }
  interface FastifyContextConfig {
    /** The answer holds a secret: it is not kept, and told again without it. */
    isSecret?: boolean;
  }
}

/** After this long without an end, a request is taken for dead; what it still makes is refused. */
const HOLD_MS = 30_000;

/**
 * Any POST with an Idempotency-Key is carried out once: the same request is answered as it was, another one is refused.
 * Only success is kept: a request that was refused has made nothing, and may be sent again with the key.
 */
export function rememberAnswers(
  app: App,
  { storage: { idempotency } }: { storage: Pick<Storage, 'idempotency'> },
): void {
  app.addHook('preHandler', async (request, reply) => {
    const { method, caller } = request;
    const key = request.headers['idempotency-key'];
    if (method !== 'POST' || key === undefined || !caller) return undefined;
    const place = { projectId: caller.projectId, caller: caller.key?.id ?? 'off', key: requireKey(key) };
    const hold = { ...place, holder: request.id };
    const begun = await idempotency.begin(hold, { fingerprint: fingerprint(request), holdMs: HOLD_MS });
    switch (begun.kind) {
      case 'new':
        request.hold = hold;
        return undefined;
      case 'in_flight':
        throw new ProblemError('idempotency_in_flight', 'the first request with this Idempotency-Key is at work');
      case 'mismatch':
        throw new ProblemError('idempotency_mismatch', 'the Idempotency-Key was sent with another request before');
      case 'answered':
        return replay(begun, request, reply);
    }
  });

  app.addHook('onSend', async (request, reply, payload) => {
    if (request.hold) await keep(request.hold, { request, reply, payload }).catch(tell(request));
    return payload;
  });

  async function keep(
    hold: IdempotencyHold,
    { request, reply, payload }: { request: FastifyRequest; reply: FastifyReply; payload: unknown },
  ): Promise<void> {
    const { statusCode: status } = reply;
    if (status >= 300) return idempotency.release(hold);
    // An answer without a body is kept too.
    const told = payload ?? '';
    const isKept = typeof told === 'string' && !request.routeOptions.config.isSecret;
    const location = reply.getHeader('location');
    await idempotency.answer(hold, {
      status,
      location: typeof location === 'string' ? location : null,
      body: isKept ? told : null,
    });
  }
}

/** The answer goes out all the same: what was made is bound to the key already. */
function tell(request: FastifyRequest) {
  return (error: unknown) => request.log.error({ err: error }, 'the answer to an Idempotency-Key was not kept');
}

/** A structured-field string or bare, as clients send both. @throws ProblemError */
function requireKey(header: string | string[]): string {
  const key = String(header).replace(/^"(.*)"$/, '$1');
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  const detail = '1 to 255 visible ASCII characters';
  throw new ProblemError('invalid_request', detail, [{ parameter: 'idempotency-key', detail, code: 'wrong_format' }]);
}
