import { type LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { readEnvironment } from '../environment.ts';
import { createUrlGuard, RefusedUrlError } from './url-guard.ts';

/** Names as a name server of somebody else's might tell them. */
const NAMES: Record<string, string[]> = {
  'public.test': ['8.8.8.8', '2606:4700:4700::1111'],
  'private.test': ['10.0.0.7'],
  'both.test': ['8.8.8.8', '127.0.0.1'],
  'empty.test': [],
};

function lookUp(hostname: string): Promise<LookupAddress[]> {
  const found = NAMES[hostname] ?? (hostname.includes('.test') ? undefined : [hostname]);
  if (!found) return Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
  return Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
}

const strict = createUrlGuard({ lookUp });
const refusal = (url: string, guard = strict) =>
  guard.addressesOf(url).then(
    () => undefined,
    (error: unknown) => (error instanceof RefusedUrlError ? error.message : Promise.reject(error as Error)),
  );

test('a public address is one to connect to, by https', async () => {
  expect(await strict.addressesOf('https://public.test/hook?x=1')).toEqual(await lookUp('public.test'));
  expect(await refusal('http://public.test/hook')).toContain('https');
});

test.each([
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0x7f000001/',
  'https://2130706433/',
  'https://0177.0.0.1/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[64:ff9b::a00:1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://private.test/',
  'https://both.test/',
])('%s leads to no public address', async (url) => {
  expect(await refusal(url)).toContain('not public');
});

test('other schemes, credentials, and names that lead nowhere are refused', async () => {
  expect(await refusal('ftp://public.test/')).toContain('https');
  expect(await refusal('file:///etc/passwd')).toContain('https');
  expect(await refusal('no address')).toContain('https');
  expect(await refusal('https://user:password@public.test/')).toContain('credentials');
  expect(await refusal('https://user@public.test/')).toContain('credentials');
  expect(await refusal('https://unknown.test/')).toContain('ENOTFOUND');
  expect(await refusal('https://empty.test/')).toContain('no address');
});

test('a refusal does not tell what a name resolves to', async () => {
  expect(await refusal('https://private.test/')).not.toContain('10.0');
});

test('a network that is allowed may be reached, by http too, and nothing beside it', async () => {
  const guard = createUrlGuard({ lookUp, allow: ['10.0.0.0/8'] });
  expect(await refusal('http://private.test/', guard)).toBeUndefined();
  expect(await refusal('https://10.1.2.3/', guard)).toBeUndefined();
  expect(await refusal('https://192.168.0.1/', guard)).toContain('not public');
  expect(await refusal('http://public.test/', guard)).toContain('https');
});

test('this machine may be reached where no key is needed, unless something else is said', () => {
  const urls = { DATABASE_URL: 'postgres://x', QUEUE_URL: 'postgres://x', ARTIFACTS_URL: 'file:///x' };
  const allowed = (changes: NodeJS.ProcessEnv) => readEnvironment({ ...urls, ...changes }).webhooksAllow;
  expect(allowed({})).toEqual(['127.0.0.0/8', '::1/128']);
  expect(allowed({ AUTH: 'keys' })).toEqual([]);
  expect(allowed({ WEBHOOKS_ALLOW: '' })).toEqual([]);
  expect(allowed({ AUTH: 'keys', WEBHOOKS_ALLOW: '10.0.0.0/8, fd00::/8' })).toEqual(['10.0.0.0/8', 'fd00::/8']);
  expect(() => allowed({ WEBHOOKS_ALLOW: 'intranet' })).toThrow(/WEBHOOKS_ALLOW/);
});
