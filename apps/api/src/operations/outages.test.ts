import { createArtifactStore, createStorage } from '@distiller/storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../../test/api.ts';
import { waitUntil } from '../../../../test/processes.ts';
import { severable, type Severable } from '../../../../test/severable.ts';

let api: Api;
let way: Severable;
let job: Awaited<ReturnType<typeof registerBoth>>;

beforeAll(async () => {
  const direct = await startApi();
  job = await registerBoth(direct, 'breakout');
  way = await severable(direct.database.url);
  await way.mend();
  const storage = createStorage({ databaseUrl: way.url });
  // The same rows, by a way that can be cut.
  const severed = await startApi({ storage });
  api = {
    ...severed,
    close: async () => (await Promise.all([severed.close(), direct.close()]), await storage.close()),
  };
});

afterAll(async () => {
  await way.sever();
  await api.close();
});

/** While AUTH is off, who asks is known without a look at the rows. */
const ROWLESS = new Set(['/v1/identity']);

/** Every route that is in the OpenAPI document and reads or writes rows, with the least that it takes. */
function requests(): { method: 'GET' | 'POST'; url: string; body?: object }[] {
  const bodies: Record<string, object> = { '/v1/jobs': job };
  const document = api.app.swagger() as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/v1/') && !ROWLESS.has(path))
    .flatMap(([path, methods]) => {
      const url = path.replace('{step}', '0').replace(/\{[^}]+\}/g, 'job_00000000000000000000000000');
      const get = 'get' in methods ? [{ method: 'GET' as const, url }] : [];
      const bodyless = path.endsWith('/cancel') ? {} : bodies[path];
      const post = 'post' in methods && bodyless ? [{ method: 'POST' as const, url, body: bodies[path]! }] : [];
      return [...get, ...post];
    });
}

test('where the database is away every route answers 503 with Retry-After, and the service recovers by itself', async () => {
  expect((await api.get('/v1/jobs')).status).toBe(200);
  await way.sever();
  const asked = requests();
  expect(asked.length).toBeGreaterThan(10);
  const answers = await Promise.all(
    asked.map(async ({ method, url, body }) => {
      const { status, type, headers, body: problem } = await (method === 'GET' ? api.get(url) : api.post(url, body));
      const { code } = problem;
      return { url: `${method} ${url}`, status, type: type.split(';')[0], retry: headers['retry-after'], code };
    }),
  );
  const problem = { status: 503, type: 'application/problem+json', retry: '5', code: 'unavailable' };
  expect(answers).toEqual(answers.map(({ url }) => ({ url, ...problem })));
  expect((await api.get('/livez')).status).toBe(200);
  expect((await api.get('/readyz')).body).toMatchObject({
    status: 'failed',
    checks: { database: 'failed', queue: 'ok' },
  });
  await way.mend();
  await waitUntil(async () => (await api.get('/readyz')).status === 200, 'ready again');
  expect((await api.get('/v1/jobs')).status).toBe(200);
});

test('while the event loop is late requests are refused with Retry-After, and taken again when it is not', async () => {
  const late = await startApi({ maxLoopDelayMs: 100 });
  const block = () => {
    const until = performance.now() + 300;
    while (performance.now() < until);
  };
  const statusOf = async (url: string) => {
    block();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return late.get(url);
  };
  let refused: Awaited<ReturnType<typeof statusOf>> | undefined;
  await waitUntil(async () => {
    refused = await statusOf('/v1/jobs');
    return refused.body.code === 'overloaded';
  }, 'a refusal');
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '5' }, body: { code: 'overloaded' } });
  expect((await statusOf('/livez')).status).toBe(200);
  await waitUntil(async () => (await late.get('/v1/jobs')).status === 200, 'taken again');
  await late.close();
});

test('a process on its way out says that it is not ready, and answers', async () => {
  const end = new AbortController();
  const going = await startApi({ draining: end.signal });
  expect((await going.get('/readyz')).status).toBe(200);
  end.abort();
  expect(await going.get('/readyz')).toMatchObject({ status: 503, body: { status: 'draining' } });
  expect((await going.get('/v1/jobs')).status).toBe(200);
  await going.close();
});

test('where the artifact store takes no bytes an upload is refused with 507, its body read or not, and the service is not ready', async () => {
  // The kernel's own tree, which nobody may write to.
  const full = await startApi({ artifacts: createArtifactStore('file:///sys/artifacts') });
  const headers = { 'content-type': 'application/octet-stream' };
  const refused = await full.app.inject({
    method: 'POST',
    url: '/v1/uploads',
    headers,
    payload: Buffer.alloc(100_000),
  });
  expect(refused.statusCode).toBe(507);
  expect(refused.headers['content-type']).toContain('application/problem+json');
  expect(refused.headers['retry-after']).toBe('60');
  expect(refused.json()).toMatchObject({ code: 'store_unwritable' });
  expect(refused.body).not.toContain('/sys');
  const url = await full.app.listen({ port: 0 });
  const sent = await fetch(`${url}/v1/uploads`, { method: 'POST', headers, body: new Uint8Array(900_000) });
  expect(sent.status).toBe(507);
  expect((await full.get('/readyz')).body).toMatchObject({ status: 'failed', checks: { artifacts: 'failed' } });
  await full.close();
});

test('a request whose query Postgres ends as it shuts down is answered 503, not as a fault of ours', async () => {
  const own = await startApi();
  // A statement of its own, in whose way the request's comes.
  const locking = own.database.query('BEGIN; LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)');
  locking.catch(() => undefined);
  const backends = (where: string) =>
    own.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND ${where}`,
    );
  const count = async (where: string) =>
    (await own.database.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND ${where}`)).length;
  await waitUntil(async () => (await count("wait_event = 'PgSleep'")) === 1, 'the lock');
  const asked = own.get('/v1/jobs');
  await waitUntil(async () => (await count("wait_event_type = 'Lock'")) === 1, 'the request waits');
  await backends("wait_event_type = 'Lock'");
  const { status, headers, body } = await asked;
  expect({ status, retry: headers['retry-after'], code: body.code }).toEqual({
    status: 503,
    retry: '5',
    code: 'unavailable',
  });
  await backends("wait_event = 'PgSleep'");
  await own.close();
});
