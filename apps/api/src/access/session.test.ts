import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from '../../../../test/api.ts';
import { newApiKey } from './api-key.ts';

let api: Api;

beforeAll(async () => {
  api = await startApi({ auth: 'keys' });
});

afterAll(() => api.close());

async function signIn(key: string): Promise<string> {
  const { status, headers } = await api.post('/session', { key: ` ${key}\n` });
  expect(status).toBe(204);
  return String(headers['set-cookie']);
}

const withCookie = (cookie: string, more: Record<string, string> = {}) =>
  api.withHeaders({ cookie: cookie.split(';')[0]!, ...more });

test('who has signed in reads what the key may read, and no script or other site gets at the key', async () => {
  const { text } = await api.newKey({ scopes: ['jobs:read'] });
  const cookie = await signIn(text);
  expect(cookie).toMatch(/; HttpOnly/);
  expect(cookie).toMatch(/; SameSite=Strict/);
  const browser = withCookie(cookie);
  expect((await browser.get('/v1/jobs')).status).toBe(200);
  expect((await browser.get('/v1/identity')).body).toMatchObject({ scopes: ['jobs:read'] });
  expect((await browser.get('/v1/teachers')).body.code).toBe('forbidden');
});

test('a key that is none is refused at the door', async () => {
  for (const key of ['', 'nonsense', newApiKey().text]) {
    const { status, body, headers } = await api.post('/session', { key });
    expect([status, body.code, headers['set-cookie']]).toEqual([401, 'unauthenticated', undefined]);
  }
});

test('a cookie is worth no more than its key: once that is revoked, nothing', async () => {
  const { text, row } = await api.newKey();
  const browser = withCookie(await signIn(text));
  expect((await browser.post(`/v1/keys/${row.id}/revoke`)).status).toBe(200);
  expect((await browser.get('/v1/jobs')).status).toBe(401);
});

test('a header is believed before a cookie', async () => {
  const cookie = await signIn((await api.newKey()).text);
  const other = await api.newKey({ scopes: ['models:read'] });
  const both = withCookie(cookie, { authorization: `Bearer ${other.text}` });
  expect((await both.get('/v1/identity')).body).toMatchObject({ scopes: ['models:read'] });
  expect((await withCookie(cookie, { authorization: 'Basic abc' }).get('/v1/jobs')).status).toBe(401);
});

test('a page of another site does nothing with the cookie, were it sent', async () => {
  const cookie = await signIn((await api.newKey()).text);
  const elsewhere = withCookie(cookie, { 'sec-fetch-site': 'cross-site' });
  expect((await elsewhere.post('/v1/keys', { name: 'mine', scopes: ['admin'] })).body.code).toBe('cross_site_request');
});

test('signing out takes the cookie back', async () => {
  const { status, headers } = await api.call('DELETE', '/session');
  expect([status, String(headers['set-cookie'])]).toEqual([204, expect.stringContaining('distiller_key=;')]);
});
