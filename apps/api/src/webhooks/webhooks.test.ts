import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Api, startApi } from '../../../../test/api.ts';
import { removeUnused } from '../sweeper.ts';
import { createUrlGuard } from './url-guard.ts';

let api: Api;
let calls: ReturnType<Api['as']>;

beforeAll(async () => {
  const lookUp = (hostname: string) => {
    const address = { 'example.com': '8.8.8.8', 'intranet.test': '10.0.0.7' }[hostname] ?? hostname;
    return Promise.resolve([{ address, family: 4 }]);
  };
  api = await startApi({ auth: 'keys', webhookGuard: createUrlGuard({ lookUp }) });
  calls = api.as((await api.newKey({ scopes: ['webhooks:read', 'webhooks:write'] })).text);
});

beforeEach(() => api.database.query('DELETE FROM webhooks'));

afterAll(() => api.close());

const WANTED = { url: 'https://example.com/hook', events: ['job.succeeded', 'job.failed', 'job.failed'] };
const made = async () => (await calls.post('/v1/webhooks', WANTED)).body;
const patch = (id: string, body: object) => calls.call('PATCH', `/v1/webhooks/${id}`, body);

test('a webhook is made, listed, changed and deleted', async () => {
  const { status, body, headers } = await calls.post('/v1/webhooks', { ...WANTED, description: 'our chat' });
  expect([status, headers.location]).toEqual([201, `/v1/webhooks/${body.id}`]);
  const { secret, ...shown } = body;
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(shown).toMatchObject({
    ...{ url: 'https://example.com/hook', description: 'our chat', events: ['job.succeeded', 'job.failed'] },
    ...{ disabled: false, disabled_reason: null, failing_since: null, previous_secret_valid_until: null },
  });
  expect((await calls.get(`/v1/webhooks/${body.id}`)).body).toEqual(shown);
  expect((await calls.get('/v1/webhooks')).body.data).toEqual([shown]);
  const changed = await patch(body.id!, { events: ['model.created'], disabled: true, url: 'https://example.com/b' });
  expect(changed.body).toEqual({ ...shown, events: ['model.created'], disabled: true, url: 'https://example.com/b' });
  expect((await patch(body.id!, { disabled: false })).body).toMatchObject({
    disabled: false,
    events: ['model.created'],
  });
  expect((await calls.call('DELETE', `/v1/webhooks/${body.id}`)).status).toBe(204);
  for (const answer of [
    await calls.get(`/v1/webhooks/${body.id}`),
    await calls.call('DELETE', `/v1/webhooks/${body.id}`),
  ]) {
    expect([answer.status, answer.body.code]).toEqual([404, 'webhook_not_found']);
  }
});

test('what is wrong is refused with the field at fault', async () => {
  const { id } = await made();
  const refused: [object, string, string][] = [
    [{ url: 'https://intranet.test/' }, '/url', 'webhook_url_refused'],
    [{ url: 'https://127.0.0.1/' }, '/url', 'webhook_url_refused'],
    [{ url: 'http://example.com/' }, '/url', 'webhook_url_refused'],
    [{ url: 'https://user:password@example.com/' }, '/url', 'webhook_url_refused'],
    [{ url: 'ftp://example.com/' }, '/url', 'invalid_request'],
    [{ url: `https://example.com/${'x'.repeat(2000)}` }, '/url', 'invalid_request'],
    [{ events: [] }, '/events', 'invalid_request'],
    [{ events: ['job.exploded'] }, '/events/0', 'invalid_request'],
    [{ events: ['webhook.ping'] }, '/events/0', 'invalid_request'],
    [{ secret: 'whsec_mine' }, '/secret', 'invalid_request'],
  ];
  for (const [changes, pointer, code] of refused) {
    for (const answer of [await calls.post('/v1/webhooks', { ...WANTED, ...changes }), await patch(id!, changes)]) {
      const found = [answer.status, answer.body.code, answer.body.errors?.[0]?.pointer];
      expect(found, JSON.stringify(changes)).toEqual([422, code, pointer]);
    }
  }
  expect((await calls.get('/v1/webhooks')).body.data).toHaveLength(1);
});

test('the secret is told when it is made and nowhere else', async () => {
  const { text } = await api.newKey({ scopes: ['webhooks:write', 'webhooks:read'] });
  const again = api.withHeaders({ authorization: `Bearer ${text}`, 'idempotency-key': 'once' });
  const [first, second] = [await again.post('/v1/webhooks', WANTED), await again.post('/v1/webhooks', WANTED)];
  expect([second.status, second.body.id, second.body['secret']]).toEqual([201, first.body.id, undefined]);
  const rotating = api.withHeaders({ authorization: `Bearer ${text}`, 'idempotency-key': 'rotated' });
  const rotate = () => rotating.post(`/v1/webhooks/${first.body.id}/rotate_secret`);
  const [rotated, repeated] = [await rotate(), await rotate()];
  expect([repeated.status, repeated.body.id, repeated.body['secret']]).toEqual([200, first.body.id, undefined]);
  const secrets = [first, rotated].map(({ body }) => String(body['secret']).slice(6, 30));
  expect(new Set(secrets).size).toBe(2);
  const kept = await api.database.query(`SELECT to_jsonb(i) AS row FROM idempotency_keys i
    UNION ALL SELECT to_jsonb(a) FROM audit_events a UNION ALL SELECT to_jsonb(d) FROM webhook_deliveries d`);
  const seen = JSON.stringify([
    kept,
    await calls.get('/v1/webhooks'),
    await calls.get(`/v1/webhooks/${first.body.id}`),
  ]);
  for (const secret of secrets) expect(seen).not.toContain(secret);
});

test('what is done to webhooks is written down, and needs the scope', async () => {
  const { id } = await made();
  await calls.post(`/v1/webhooks/${id}/ping`);
  const admin = api.as((await api.newKey()).text);
  const actions = ((await admin.get('/v1/audit')).body.data ?? []).map(({ action }) => action);
  expect(actions.slice(0, 2)).toEqual(['pingWebhook', 'createWebhook']);
  const reader = api.as((await api.newKey({ scopes: ['webhooks:read'] })).text);
  expect((await reader.get('/v1/webhooks')).status).toBe(200);
  expect((await reader.post('/v1/webhooks', WANTED)).body.code).toBe('forbidden');
  const other = api.as((await api.newKey({ scopes: ['jobs:read'] })).text);
  expect((await other.get('/v1/webhooks')).body.code).toBe('forbidden');
});

test('deliveries come in pages, newest first, and by their status', async () => {
  const { id } = await made();
  const pings = [];
  for (let made = 0; made < 3; made++) pings.unshift((await calls.post(`/v1/webhooks/${id}/ping`)).body);
  const list = (query: string) => calls.get(`/v1/webhooks/${id}/deliveries?${query}`);
  const first = (await list('limit=2')).body;
  expect(first.data).toEqual(pings.slice(0, 2));
  expect((await list(`limit=2&cursor=${first.next_cursor}`)).body).toMatchObject({ data: [pings[2]], has_more: false });
  expect((await list('status=failed')).body.data).toEqual([]);
  expect((await list('status=pending')).body.data).toHaveLength(3);
  expect((await list('status=lost')).status).toBe(422);
  expect((await calls.get(`/v1/webhooks/${id}/deliveries/${pings[0]?.id}`)).body).toEqual(pings[0]);
  const none = await calls.get(`/v1/webhooks/${id}/deliveries/delivery_none`);
  expect([none.status, none.body.code]).toEqual([404, 'delivery_not_found']);
});

test('whatever is told of a job is what the log of deliveries can show', async () => {
  const all = (await api.get('/openapi.json')).body['components'] as { schemas: Record<string, { enum?: string[] }> };
  const events = all.schemas['WebhookEventType']?.enum ?? [];
  const { body } = await calls.post('/v1/webhooks', { ...WANTED, events });
  const { id: jobId } = await api.storage.jobs.create({ kind: 'x', spec: {}, totalSteps: 1, metadata: { a: 'b' } });
  await api.storage.jobs.claim(jobId, { engine: 'wasm' });
  const model = {
    ...{ observation: {}, contractHash: 'a'.repeat(64), actions: [], layerTable: {}, metrics: { kl: 0.5 }, files: [] },
    name: 'small',
  };
  const outcome = { status: 'succeeded', result: { kl: 0.5 }, made: { model } } as const;
  await api.storage.jobs.finish({ jobId, attempt: 1 }, outcome);
  const sent = await api.database.query<{ id: string; body: string }>('SELECT id, body FROM webhook_deliveries');
  const bodies = new Map(sent.map((row) => [row.id, JSON.parse(row.body) as object]));
  const shown = (await calls.get(`/v1/webhooks/${body.id}/deliveries`)).body.data ?? [];
  expect(shown.map(({ type }) => type).sort()).toEqual(['job.queued', 'job.running', 'job.succeeded', 'model.created']);
  for (const { id, payload } of shown) expect(payload).toEqual(bodies.get(String(id)));
  const succeeded = shown.find(({ type }) => type === 'job.succeeded')?.['payload'] as { data: object };
  const { data } = shown.find(({ type }) => type === 'model.created')?.['payload'] as { data: { id: string } };
  expect(succeeded.data).toMatchObject({ id: jobId, engine: 'wasm', result: { kl: 0.5 }, model: data.id });
});

test('the log of deliveries goes back a month', async () => {
  const { id } = await made();
  await calls.post(`/v1/webhooks/${id}/ping`);
  const count = async () => (await calls.get(`/v1/webhooks/${id}/deliveries`)).body.data?.length;
  await removeUnused(api, Date.now() + 29 * 24 * 3_600_000);
  expect(await count()).toBe(1);
  await removeUnused(api, Date.now() + 31 * 24 * 3_600_000);
  expect(await count()).toBe(0);
});
