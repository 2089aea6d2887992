import { fileURLToPath } from 'node:url';

/** Where artifacts are kept. */
export type StorePlace = { kind: 'file'; directory: string } | ({ kind: 's3' } & S3Place);

export interface S3Place {
  bucket: string;
  /** Of every key: empty, or with a slash at its end. */
  prefix: string;
  /** Undefined: Amazon's own. */
  endpoint: string | undefined;
  /** The endpoint as clients reach it, where that is another. */
  publicEndpoint: string | undefined;
  region: string;
  /** Where local copies go; undefined: a directory for temporary files. */
  cache: string | undefined;
  cacheBytes: number;
}

const PARAMETERS = ['endpoint', 'public_endpoint', 'region', 'cache', 'cache_bytes'] as const;
const CACHE_BYTES = 20 * 1024 ** 3;

/**
 * Reads ARTIFACTS_URL: `file:///directory`, or `s3://bucket/prefix?endpoint=https://…&region=…&public_endpoint=…&cache=/directory&cache_bytes=…`.
 * Credentials are no part of it: they come from the usual AWS_ variables and files.
 * @throws naming what is wrong
 */
export function parseStoreUrl(text: string): StorePlace {
  const url = new URL(text);
  switch (url.protocol) {
    case 'file:':
      return { kind: 'file', directory: fileURLToPath(url) };
    case 's3:':
      return { kind: 's3', ...parseS3(url) };
    default:
      throw new Error(`ARTIFACTS_URL begins with ${url.protocol}//; there are stores for file:// and s3://`);
  }
}

function parseS3(url: URL): S3Place {
  const unknown = [...url.searchParams.keys()].find((name) => !(PARAMETERS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`ARTIFACTS_URL has an unknown parameter '${unknown}'`);
  if (url.username || url.password) throw new Error('ARTIFACTS_URL must hold no credentials: use AWS_ACCESS_KEY_ID');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.hostname)) throw new Error('ARTIFACTS_URL names no bucket');
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  return {
    bucket: url.hostname,
    prefix: prefix && `${prefix}/`,
    endpoint: webAddress(url, 'endpoint'),
    publicEndpoint: webAddress(url, 'public_endpoint'),
    region: url.searchParams.get('region') ?? process.env['AWS_REGION'] ?? 'us-east-1',
    cache: url.searchParams.get('cache') ?? undefined,
    cacheBytes: cacheBytes(url.searchParams.get('cache_bytes')),
  };
}

function webAddress(url: URL, name: 'endpoint' | 'public_endpoint'): string | undefined {
  const value = url.searchParams.get(name) ?? undefined;
  if (value === undefined || (URL.canParse(value) && /^https?:/.test(value))) return value;
  throw new Error(`ARTIFACTS_URL: ${name} is no http address`);
}

function cacheBytes(text: string | null): number {
  if (text === null) return CACHE_BYTES;
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error('ARTIFACTS_URL: cache_bytes is no whole number');
}
