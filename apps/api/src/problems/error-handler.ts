import { SpecError } from '@distiller/distillation/spec';
import {
  ArtifactCorruptError,
  ChecksumError,
  IdempotencyLostError,
  IllegalRequestError,
  ModelInUseError,
  NameTakenError,
  NoCheckpointError,
  QuotaExceededError,
  StoreUnwritableError,
  TooManyBytesError,
  TooManyWebhooksError,
} from '@distiller/storage';
import { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { fieldErrors } from './field-errors.ts';
import { fieldProblem, ProblemError, type ProblemCode, PROBLEMS } from './problem.ts';

const RETRY_AFTER_S: Partial<Record<ProblemCode, number>> = {
  unavailable: 5,
  overloaded: 5,
  store_unwritable: 60,
  idempotency_in_flight: 1,
  rate_limited: 60,
  quota_exceeded: 60,
};

/** Fields named in one answer: it must not grow with a hostile body. */
const MAX_ERRORS = 50;

/** Answers whatever a route threw as problem+json; what is our own fault is logged and not told. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(thrown);
  const { status, title } = PROBLEMS[problem.code];
  if (status >= 500) request.log.error({ err: thrown }, problem.code);
  const retryAfter = RETRY_AFTER_S[problem.code];
  if (retryAfter !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter);
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="distiller"');
  // Whatever is left of the body will not be read.
  if (status === 413 || status === 507) reply.header('connection', 'close');
  const body = {
    type: 'about:blank',
    title,
    status,
    detail: problem.message,
    instance: request.url.split('?')[0],
    code: problem.code,
    errors: problem.errors.slice(0, MAX_ERRORS),
    ...(problem.legal && { legal: problem.legal }),
    request_id: request.id,
  };
  // As text: the answer to an error must not depend on a route's schemas.
  return reply.code(status).type('application/problem+json').send(JSON.stringify(body));
}

export function answerNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return answerError(new ProblemError('route_not_found', `${request.method} ${request.url}`), request, reply);
}

function toProblem(thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const errors = fieldErrors(thrown.validation, thrown.validationContext ?? 'body');
    const first = errors[0];
    return new ProblemError('invalid_request', first ? describe(first) : thrown.message, errors);
  }
  if (thrown instanceof SpecError) return fieldProblem(specCode(thrown.code), thrown.pointer, thrown.message);
  if (thrown instanceof NameTakenError) return fieldProblem('name_taken', '/name', thrown.message);
  if (thrown instanceof IllegalRequestError) {
    return new ProblemError('illegal_transition', thrown.message, [], thrown.legal);
  }
  if (thrown instanceof NoCheckpointError) return new ProblemError('no_checkpoint', thrown.message);
  if (thrown instanceof TooManyBytesError) return fieldProblem('body_too_large', '', thrown.message);
  if (thrown instanceof TooManyWebhooksError) return new ProblemError('too_many_webhooks', thrown.message);
  if (thrown instanceof QuotaExceededError) {
    return new ProblemError('quota_exceeded', thrown.message, [{ detail: thrown.message, code: thrown.quota }]);
  }
  if (thrown instanceof IdempotencyLostError) return new ProblemError('idempotency_in_flight', thrown.message);
  if (thrown instanceof ModelInUseError) return new ProblemError('model_in_use', thrown.message);
  if (thrown instanceof ChecksumError) return new ProblemError('piece_checksum_mismatch', thrown.message);
  // What the file system said names paths of ours: that is for the log.
  if (thrown instanceof StoreUnwritableError) {
    return new ProblemError('store_unwritable', 'its disk is full, read-only or broken: see the log of the service');
  }
  if (thrown instanceof ArtifactCorruptError) return new ProblemError('artifact_damaged', 'see the log of the service');
  return fromFramework(thrown);
}

function describe({ pointer, parameter, detail }: { pointer?: string; parameter?: string; detail: string }): string {
  return `${pointer ?? parameter ?? ''}: ${detail}`.replace(/^: /, '');
}

/** The spec's own codes are in the table; one that is not is still the request's fault. */
function specCode(code: string): ProblemCode {
  return code in PROBLEMS ? (code as ProblemCode) : 'invalid_request';
}

/** Fastify's refusals, and failures of what stands behind us. */
function fromFramework(thrown: unknown): ProblemError {
  const { statusCode, message } = thrown as Partial<FastifyError>;
  if (statusCode === 413) return fieldProblem('body_too_large', '', message ?? '');
  if (statusCode === 415) return new ProblemError('unsupported_media_type', message ?? '');
  if (statusCode === 503 || isOutage(thrown)) return new ProblemError('unavailable', 'try again in a few seconds');
  if (statusCode !== undefined && statusCode < 500) return new ProblemError('malformed_request', message ?? '');
  return new ProblemError('internal_error', 'see the log of the service');
}

const OUTAGES = new Set([
  // Prisma: server unreachable, timed out, connection closed, pool exhausted, no transaction to be had.
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ENOTFOUND',
  // Postgres: shutting down, crashing, starting up, too many connections.
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

/** How Prisma says the same of a query in SQL, whose code is P2010 whatever went wrong. */
const OUTAGE_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']);

function isOutage(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code = '', meta } = thrown as Error & { code?: string; meta?: Meta };
  const { kind = '', originalCode = '' } = meta?.driverAdapterError?.cause ?? {};
  // pg gives no code when the server goes away in the middle of a query, nor when no connection is to be had.
  return (
    OUTAGES.has(code) ||
    OUTAGE_KINDS.has(kind) ||
    OUTAGES.has(originalCode) ||
    /^(Connection terminated|timeout exceeded when trying to connect)/.test(thrown.message) ||
    (thrown.cause !== undefined && isOutage(thrown.cause))
  );
}

/** Prisma's code for what Postgres itself refuses is P2039 or P2010, whatever it was; Postgres's own is in here. */
interface Meta {
  driverAdapterError?: { cause?: { kind?: string; originalCode?: string } };
}
