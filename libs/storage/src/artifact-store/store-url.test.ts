import { expect, test } from 'vitest';
import { parseStoreUrl } from './store-url.ts';

test('a bucket, a prefix and an endpoint are read from one address', () => {
  const url =
    's3://weights/team/a?endpoint=http://store:8333&public_endpoint=https://files.example.org&region=eu-1&cache=/var/cache&cache_bytes=1000';
  expect(parseStoreUrl(url)).toEqual({
    kind: 's3',
    bucket: 'weights',
    prefix: 'team/a/',
    endpoint: 'http://store:8333',
    publicEndpoint: 'https://files.example.org',
    region: 'eu-1',
    cache: '/var/cache',
    cacheBytes: 1000,
  });
  expect(parseStoreUrl('s3://weights')).toMatchObject({ prefix: '', endpoint: undefined });
  expect(parseStoreUrl('file:///srv/artifacts')).toEqual({ kind: 'file', directory: '/srv/artifacts' });
});

test.each([
  ['ftp://host/x', 'stores for file:// and s3://'],
  ['s3://bucket?endpont=http://x', "unknown parameter 'endpont'"],
  ['s3://key:secret@bucket', 'no credentials'],
  ['s3://bucket?endpoint=store:8333', 'endpoint is no http address'],
  ['s3:///prefix', 'names no bucket'],
  ['s3://bucket?cache_bytes=many', 'no whole number'],
])('%s is refused with what is wrong', (url, message) => {
  expect(() => parseStoreUrl(url)).toThrow(message);
});
