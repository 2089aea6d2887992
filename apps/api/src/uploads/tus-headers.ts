import { type Checksum } from '@distiller/storage';
import { ProblemError } from '../problems/problem.ts';
import { Sha256 } from './schema.ts';

export const TUS_VERSION = '1.0.0';

/** A header with a whole number, such as Upload-Offset. @throws ProblemError */
export function wholeNumber(name: string, value: string | undefined): number {
  if (value !== undefined && /^\d{1,15}$/.test(value)) return Number(value);
  throw wrongHeader(name, 'a whole number');
}

/** Upload-Checksum: `sha256 <base64>`. @throws ProblemError */
export function parseChecksum(value: string | undefined): Checksum | undefined {
  if (value === undefined) return undefined;
  const [, algorithm, base64] = /^(sha1|sha256) ([A-Za-z0-9+/]+=*)$/.exec(value) ?? [];
  if (algorithm === undefined || base64 === undefined)
    throw wrongHeader('upload-checksum', 'sha256 or sha1, in base64');
  return { algorithm: algorithm as Checksum['algorithm'], base64 };
}

/** The value of `sha256` in Upload-Metadata, which is pairs of a key and base64. @throws ProblemError */
export function sha256OfMetadata(value: string | undefined): string | undefined {
  const pairs = (value ?? '').split(',').map((pair) => pair.trim().split(' '));
  const encoded = pairs.find(([key]) => key === 'sha256')?.[1];
  if (encoded === undefined) return undefined;
  const sha256 = Sha256.safeParse(Buffer.from(encoded, 'base64').toString());
  if (!sha256.success) throw wrongHeader('upload-metadata', 'sha256 in lower-case hexadecimal, in base64');
  return sha256.data;
}

function wrongHeader(parameter: string, expected: string): ProblemError {
  const detail = `${parameter} must be ${expected}`;
  return new ProblemError('invalid_request', detail, [{ parameter, detail, code: 'wrong_format' }]);
}
