import { ProblemError } from '../problems/problem.ts';

/** RFC 9530: `sha-256=:<base64>:`, perhaps among digests of other kinds. */
export function reprDigest(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
}

/**
 * The sha256 that a Repr-Digest or Content-Digest header names, in hexadecimal; undefined: there is none.
 * @param parameter the header's name
 * @throws ProblemError
 */
export function parseDigest(header: string | undefined, parameter: string): string | undefined {
  const member = header
    ?.split(',')
    .map((part) => part.trim())
    .find((part) => part.startsWith('sha-256='));
  if (member === undefined) return undefined;
  const base64 = /^sha-256=:([A-Za-z0-9+/]{43}=):$/.exec(member)?.[1];
  if (base64 !== undefined) return Buffer.from(base64, 'base64').toString('hex');
  const detail = 'sha-256 must be 32 bytes in base64 between colons (RFC 9530)';
  throw new ProblemError('invalid_request', detail, [{ parameter, detail, code: 'wrong_format' }]);
}
