import { Writable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { registerBoth, startApi } from '../../../test/api.ts';
import { logSettings } from './log.ts';

test('no secret of a whole session is in its log, and every line of a request says which', async () => {
  let log = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log += chunk.toString();
      done();
    },
  });
  const api = await startApi({ auth: 'keys', logger: { ...logSettings('trace'), stream } });
  onTestFinished(() => api.close());
  const { text } = await api.newKey();
  const calls = api.withHeaders({ authorization: `Bearer ${text}`, 'idempotency-key': 'not-for-the-log' });
  await registerBoth(api.as(text), 'tiny');
  const made = await calls.post('/v1/keys', { name: 'made', scopes: ['jobs:read'] });
  await calls.post('/v1/jobs', { kind: 'nothing' });
  await api.as(`${text}x`).get('/v1/jobs');
  // What a careless line would log.
  api.app.log.info({
    headers: { authorization: `Bearer ${text}` },
    req: { headers: { 'idempotency-key': 'not-for-the-log' } },
  });
  for (const secret of [text, String(made.body['key']), 'not-for-the-log']) {
    expect(secret.length).toBeGreaterThan(10);
    expect(log).not.toContain(secret.slice(-20));
  }
  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const ofRequests = lines.filter((line) => 'req' in line || 'res' in line).filter((line) => line['msg'] !== undefined);
  expect(ofRequests.length).toBeGreaterThan(5);
  expect(ofRequests.filter(({ request_id: id }) => !/^req_/.test(String(id)))).toEqual([]);
  expect(made.headers['x-request-id']).toMatch(/^req_/);
});

test('a page of another site may use the API only where it was named', async () => {
  const [named, other] = ['https://lab.example', 'https://evil.example'];
  const api = await startApi({ corsOrigins: [named] });
  onTestFinished(() => api.close());
  const from = (origin: string) =>
    api
      .withHeaders({ origin, 'sec-fetch-site': 'cross-site' })
      .post('/v1/projects', { name: new URL(origin).hostname });
  const [allowed, refused] = [await from(named), await from(other)];
  expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([201, named]);
  expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, undefined]);
});
