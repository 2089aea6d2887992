import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createProducer } from '@distiller/queue';
import { createArtifactStore, createStorage } from '@distiller/storage';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Api, startApi } from '../../../test/api.ts';
import { createApp } from './app.ts';

let api: Api;
let dashboardDir: string;

beforeAll(async () => {
  dashboardDir = await mkdtemp(join(tmpdir(), 'dashboard-'));
  await mkdir(join(dashboardDir, 'assets'));
  await writeFile(join(dashboardDir, 'index.html'), '<title>dashboard</title>');
  await writeFile(join(dashboardDir, 'assets', 'main-1234.js'), 'run()');
  api = await startApi({ dashboardDir });
});

afterAll(async () => {
  await api.close();
  await rm(dashboardDir, { recursive: true });
});

const page = (url: string) => api.app.inject({ method: 'GET', url, headers: { accept: 'text/html' } });

test('the service is alive, and ready when database, queue and store are', async () => {
  expect((await api.get('/livez')).body).toEqual({ status: 'ok' });
  const { status, body } = await api.get('/readyz');
  expect([status, body]).toEqual([200, { status: 'ok', checks: { database: 'ok', queue: 'ok', artifacts: 'ok' } }]);
});

test('a service with nothing behind it is alive and not ready, and answers 503', async () => {
  const away = 'postgres://nobody@127.0.0.1:1/nothing';
  const [storage, producer] = [createStorage({ databaseUrl: away }), createProducer(away)];
  const artifacts = createArtifactStore(pathToFileURL('/proc/no-such-store').href);
  const app = await createApp({ storage, producer, artifacts, maxUploadBytes: 1 });
  onTestFinished(async () => {
    await app.close();
    await Promise.all([producer.close(), storage.close()]);
  });
  expect((await app.inject('/livez')).statusCode).toBe(200);
  const ready = await app.inject('/readyz');
  expect(ready.statusCode).toBe(503);
  expect(ready.json()).toMatchObject({ checks: { database: 'failed', queue: 'failed', artifacts: 'failed' } });
  const jobs = await app.inject('/v1/jobs');
  expect([jobs.statusCode, jobs.json<{ code: string }>().code]).toEqual([503, 'unavailable']);
  expect(jobs.headers['retry-after']).toBeDefined();
});

test('a database that hangs up in the middle of a request is a 503 too', async () => {
  const server = createServer((socket) => socket.destroy());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const storage = createStorage({ databaseUrl: `postgres://nobody@127.0.0.1:${port}/nothing` });
  const { artifacts, producer } = api;
  const app = await createApp({ storage, producer, artifacts, maxUploadBytes: 1 });
  onTestFinished(async () => {
    await app.close();
    await storage.close();
    server.close();
  });
  const jobs = await app.inject('/v1/jobs');
  expect([jobs.statusCode, jobs.json<{ code: string }>().code]).toEqual([503, 'unavailable']);
});

test('every path and every answer of the API is described', async () => {
  const { body } = await api.get('/openapi.json');
  const paths = body['paths'] as Record<string, Record<string, { responses: object; operationId?: string }>>;
  expect(Object.keys(paths)).toContain('/v1/jobs/{id}/events');
  for (const [path, methods] of Object.entries(paths).filter(([one]) => one.startsWith('/v1/'))) {
    for (const operation of Object.values(methods)) {
      expect(operation.operationId, path).toBeDefined();
      expect(Object.keys(operation.responses), path).toContain('4XX');
    }
  }
});

test('the dashboard is at / and at every page that is not the API', async () => {
  for (const url of ['/', '/jobs/job_1', '/compare?a=b']) {
    const response = await page(url);
    expect([response.statusCode, response.body]).toEqual([200, '<title>dashboard</title>']);
    expect(response.headers['cache-control']).toBe('no-cache');
  }
  const asset = await api.app.inject('/assets/main-1234.js');
  expect([asset.body, asset.headers['cache-control']]).toEqual(['run()', 'public, max-age=31536000, immutable']);
});

test('a dashboard that is built again while the API runs is served as it is then', async () => {
  await writeFile(join(dashboardDir, 'assets', 'main-5678.js'), 'rerun()');
  expect((await api.app.inject('/assets/main-5678.js')).body).toBe('rerun()');
  expect((await api.app.inject('/assets/main-9999.js')).statusCode).toBe(404);
});

test('what is missing under /v1 is a problem, not the dashboard', async () => {
  const response = await page('/v1/nothing');
  expect(response.statusCode).toBe(404);
  expect(response.headers['content-type']).toContain('application/problem+json');
});

test.each(['/../package.json', '/%2e%2e/package.json', '/assets/..%2f..%2fetc/passwd', '/%00', '/%'])(
  '%s leads nowhere',
  async (url) => {
    const response = await api.app.inject(url);
    expect(response.statusCode).toBeGreaterThanOrEqual(400);
    expect(response.statusCode).toBeLessThan(500);
    expect(response.headers['content-type']).toContain('application/problem+json');
  },
);

test('answers carry the headers that keep pages from being misused, and no leave for other sites', async () => {
  const { headers } = await api.app.inject({ url: '/v1/jobs', headers: { origin: 'https://example.com' } });
  expect(headers['content-security-policy']).toContain("default-src 'self'");
  expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['access-control-allow-origin']).toBeUndefined();
});
