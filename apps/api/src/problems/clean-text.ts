import { type FastifyRequest } from 'fastify';
import { ProblemError } from './problem.ts';

/** No field of ours is nested this deep; what recurs into a body must not run out of stack. */
const MAX_DEPTH = 64;

/**
 * Refuses text that Postgres cannot store: the character U+0000, and halves of surrogate pairs. Every string of a request
 * may end up in a row or in a query, so all are looked at in one place.
 * @throws ProblemError
 */
export function requireCleanText({ body, query, params }: FastifyRequest): void {
  for (const [part, value] of Object.entries({ body, query: copy(query), params: copy(params) })) {
    const path = findUnclean(value);
    if (path === undefined) continue;
    const place = part === 'body' ? { pointer: path } : { parameter: path.slice(1) };
    const detail = 'text with U+0000 or an unpaired surrogate cannot be stored';
    throw new ProblemError('invalid_request', detail, [{ ...place, detail, code: 'wrong_format' }]);
  }
}

/** Fastify's own objects have a prototype of their own. */
function copy(parameters: unknown): unknown {
  return { ...(parameters as object) };
}

/** Where in plain data such text stands; undefined: nowhere. Streams and other objects are not looked into. */
function findUnclean(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return isClean(value) ? undefined : '';
  if (typeof value !== 'object' || value === null || !isPlain(value)) return undefined;
  if (depth > MAX_DEPTH) throw new ProblemError('invalid_request', `the body is nested more than ${MAX_DEPTH} deep`);
  for (const [key, inner] of Object.entries(value)) {
    const path = isClean(key) ? findUnclean(inner, depth + 1) : '';
    if (path !== undefined) return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}${path}`;
  }
  return undefined;
}

function isClean(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
