import { type KeyRow, type Storage } from '@distiller/storage';
import { type FastifyRequest } from 'fastify';
import { ProblemError } from '../problems/problem.ts';
import { type ApiKeyText, isSameHash, parseApiKey } from './api-key.ts';
import { type Caller, callerWith } from './caller.ts';
import { neededScope } from './scopes.ts';
import { keyInCookie } from './session-cookie.ts';

/** Written no more often than this: every request would otherwise write. */
const TOUCH_EVERY_MS = 60_000;

/** By the key in the header or, where there is no header, in the cookie of who has signed in. @throws ProblemError unauthenticated */
export async function authenticate(request: FastifyRequest, tables: Pick<Storage, 'keys'>): Promise<Caller> {
  const { authorization } = request.headers;
  const text = authorization === undefined ? keyInCookie(request) : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (text === undefined) throw refusal('send an API key: Authorization: Bearer dist_live_…');
  return authenticateKey(text, request, tables);
}

/** @throws ProblemError unauthenticated */
export async function authenticateKey(
  text: string,
  request: FastifyRequest,
  { keys }: Pick<Storage, 'keys'>,
): Promise<Caller> {
  const given = parseApiKey(text);
  if (!given) throw refusal('that is no API key of this service: mistyped, or cut off');
  const now = new Date();
  const key = await findKey(keys, given, now);
  if (!key) throw refusal('no such API key');
  // Told only to who has the secret.
  if (key.revokedAt) throw refusal('the API key was revoked');
  if (key.expiresAt && key.expiresAt <= now) throw refusal('the API key has expired');
  if (now.getTime() - (key.lastUsedAt?.getTime() ?? 0) > TOUCH_EVERY_MS) {
    keys.touch(key.id).catch((error: unknown) => request.log.warn({ err: error }, 'last use not written'));
  }
  return callerWith(key);
}

/** @throws ProblemError forbidden, naming the scope */
export function requireScope(request: FastifyRequest, { scopes }: Caller): void {
  const needed = neededScope(request);
  if (needed === null || scopes.includes(needed) || scopes.includes('admin')) return;
  throw new ProblemError('forbidden', `the API key has not the scope '${needed}'`);
}

/** A secret that the row of a moment ago does not know may have been given since, by another process. */
async function findKey(
  keys: Storage['keys'],
  { shortId, secretSha256 }: ApiKeyText,
  now: Date,
): Promise<KeyRow | null> {
  const recent = await keys.recentByShortId(shortId);
  if (recent && matches(recent, secretSha256, now)) return recent;
  const key = recent && (await keys.findByShortId(shortId));
  return key && matches(key, secretSha256, now) ? key : null;
}

function matches({ secretSha256, previousSha256, previousValidUntil }: KeyRow, given: string, now: Date): boolean {
  const isCurrent = isSameHash(secretSha256, given);
  const isPrevious = isSameHash(previousSha256 ?? '', given) && previousValidUntil !== null && previousValidUntil > now;
  return isCurrent || isPrevious;
}

function refusal(detail: string): ProblemError {
  return new ProblemError('unauthenticated', detail);
}
