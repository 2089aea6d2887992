import { type LookupAddress } from 'node:dns';
import { Registry } from 'prom-client';
import { Webhook as Official } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Api, startApi } from '../../../../test/api.ts';
import { waitUntil } from '../../../../test/processes.ts';
import { type Received, type Receiver, startReceiver } from '../../../../test/receiver.ts';
import { verifyWebhook } from '../../../../libs/client/src/index.ts';
import { createWebhookMetrics } from './metrics.ts';
import { type SenderOptions, startWebhookSender, type WebhookSender } from './sender.ts';
import { createUrlGuard, type UrlGuard } from './url-guard.ts';

let api: Api;
const lines: string[] = [];
const loopback = createUrlGuard({ allow: ['127.0.0.0/8'] });
const metrics = new Registry();
const webhookMetrics = createWebhookMetrics(metrics);

beforeAll(async () => {
  const logger = { level: 'info', stream: { write: (line: string) => void lines.push(line) } };
  api = await startApi({ webhookGuard: createUrlGuard({ allow: ['127.0.0.0/8'], lookUp: publicFirst }), logger });
});

beforeEach(() => api.database.query('DELETE FROM webhooks'));

afterAll(() => api.close());

/** What creating requests are told of names; addresses are themselves. */
function publicFirst(hostname: string): Promise<LookupAddress[]> {
  return Promise.resolve([{ address: hostname.endsWith('.test') ? '8.8.8.8' : hostname, family: 4 }]);
}

/** A sender that looks often and tries again at once, until the test is over. */
function send(changes: Partial<SenderOptions> = {}, guard: UrlGuard = loopback): WebhookSender {
  const options = { everyMs: 20, retriesMs: [0, 0], ...changes };
  const sending = api.storage.webhookSending;
  const sender = startWebhookSender({ sending, guard, log: api.app.log, metrics: webhookMetrics }, options);
  onTestFinished(() => sender.stop(0));
  return sender;
}

async function receiver(...given: Parameters<typeof startReceiver>): Promise<Receiver> {
  const started = await startReceiver(...given);
  onTestFinished(() => started.close());
  return started;
}

async function subscribe(url: string, events = ['job.queued']): Promise<{ id: string; secret: string }> {
  const { status, body } = await api.post('/v1/webhooks', { url, events });
  expect([status, body]).toMatchObject([201, {}]);
  return { id: body.id!, secret: String(body['secret']) };
}

const submit = async () => (await api.storage.jobs.create({ kind: 'x', spec: {}, totalSteps: 1, metadata: {} })).id;

const deliveries = async (id: string, query = '') =>
  (await api.get(`/v1/webhooks/${id}/deliveries?limit=100${query}`)).body.data ?? [];

/** The webhook's only delivery, once it has that status. */
async function delivery(id: string, status: string) {
  await waitUntil(async () => (await deliveries(id, `&status=${status}`)).length > 0, `a delivery that is ${status}`);
  const [only] = await deliveries(id);
  return only as {
    id: string;
    payload: object;
    attempts: { status_code: number | null; error: string | null; response: string | null }[];
  };
}

const idsOf = (received: Received[]) => received.map(({ headers }) => headers['webhook-id']);

test('a delivery is what its log shows, and is verified by the official library and by our client', async () => {
  const there = await receiver();
  const { id, secret } = await subscribe(`${there.url}/hook?team=a`);
  const jobId = await submit();
  send();
  const { payload, id: deliveryId } = await delivery(id, 'succeeded');
  const [{ method, path, headers, body }] = there.received as [Received];
  expect([method, path, headers['content-type']]).toEqual(['POST', '/hook?team=a', 'application/json']);
  expect(headers['webhook-id']).toBe(deliveryId);
  expect(new Official(secret).verify(body, headers)).toEqual(payload);
  expect(await verifyWebhook(secret, headers, body)).toEqual(payload);
  expect(payload).toMatchObject({ type: 'job.queued', data: { id: jobId, status: 'queued', from: null } });
  expect(() => new Official('whsec_AAAA').verify(body, headers)).toThrow();
});

test('what fails is sent again, as the same message with a signature of its own time, until it succeeds', async () => {
  const there = await receiver((response, _received, count) =>
    response.writeHead(count < 3 ? 500 : 200).end(`no. ${count}`),
  );
  const { id, secret } = await subscribe(there.url);
  await submit();
  send();
  const { attempts } = await delivery(id, 'succeeded');
  expect(attempts.map(({ status_code, response }) => [status_code, response])).toEqual([
    [200, 'no. 3'],
    [500, 'no. 2'],
    [500, 'no. 1'],
  ]);
  expect(new Set(idsOf(there.received)).size).toBe(1);
  expect(new Set(there.received.map(({ body }) => body)).size).toBe(1);
  for (const { headers, body } of there.received) new Official(secret).verify(body, headers);
});

test('what has failed for good can be sent again, and is the same message', async () => {
  let isWell = false;
  const there = await receiver((response) => response.writeHead(isWell ? 204 : 503).end());
  const { id } = await subscribe(there.url);
  await submit();
  send();
  const failed = await delivery(id, 'failed');
  expect(failed.attempts).toHaveLength(3);
  isWell = true;
  const again = await api.post(`/v1/webhooks/${id}/deliveries/${failed.id}/redeliver`);
  expect([again.status, again.body]).toMatchObject([200, { status: 'pending', finished_at: null }]);
  expect((await delivery(id, 'succeeded')).attempts).toHaveLength(4);
  expect(new Set(idsOf(there.received)).size).toBe(1);
});

test('who answers 410 is disabled and sent nothing more, until somebody enables it', async () => {
  let isGone = true;
  const there = await receiver((response) => response.writeHead(isGone ? 410 : 204).end());
  const { id } = await subscribe(there.url);
  await submit();
  send();
  const { id: deliveryId } = await delivery(id, 'failed');
  expect((await api.get(`/v1/webhooks/${id}`)).body).toMatchObject({ disabled: true, disabled_reason: 'gone' });
  const redeliver = () => api.post(`/v1/webhooks/${id}/deliveries/${deliveryId}/redeliver`);
  expect((await redeliver()).body.code).toBe('webhook_disabled');
  expect((await api.post(`/v1/webhooks/${id}/ping`)).body.code).toBe('webhook_disabled');
  await submit();
  expect(await deliveries(id)).toHaveLength(1);
  isGone = false;
  const enabled = await api.app.inject({ method: 'PATCH', url: `/v1/webhooks/${id}`, payload: { disabled: false } });
  expect(enabled.json()).toMatchObject({ disabled: false, disabled_reason: null });
  await redeliver();
  await delivery(id, 'succeeded');
});

test('a redirect is not followed', async () => {
  const elsewhere = await receiver();
  const there = await receiver((response) => response.writeHead(307, { location: elsewhere.url }).end());
  const { id } = await subscribe(there.url);
  await submit();
  send({ retriesMs: [] });
  expect((await delivery(id, 'failed')).attempts).toMatchObject([{ status_code: 307 }]);
  expect(elsewhere.received).toEqual([]);
});

test('who does not answer in time, or hangs up, has failed, and the log says so', async () => {
  const silent = await receiver(() => undefined);
  const rude = await receiver((response) => response.destroy());
  const [first, second] = [await subscribe(silent.url), await subscribe(rude.url)];
  await submit();
  send({ retriesMs: [], timeoutMs: 200 });
  expect((await delivery(first.id, 'failed')).attempts).toMatchObject([
    { status_code: null, error: 'no answer within 0.2 s' },
  ]);
  expect((await delivery(second.id, 'failed')).attempts).toMatchObject([
    { status_code: null, error: 'no answer: ECONNRESET' },
  ]);
});

test('of an answer the beginning is kept, whatever it holds and however it ends', async () => {
  const endless = await receiver((response) => {
    response.writeHead(200).write('x'.repeat(3000));
    const drip = setInterval(() => response.write('y'.repeat(3000)), 5);
    response.on('close', () => clearInterval(drip));
  });
  const slow = await receiver((response) => response.writeHead(201).write('begun'));
  const binary = await receiver((response) => response.writeHead(202).end(Buffer.from([0x61, 0, 0xff, 0x62])));
  const [first, second, third] = [await subscribe(endless.url), await subscribe(slow.url), await subscribe(binary.url)];
  await submit();
  send({ timeoutMs: 500 });
  const kept = (await delivery(first.id, 'succeeded')).attempts[0]?.response;
  expect(kept).toBe('x'.repeat(3000) + 'y'.repeat(1096));
  expect((await delivery(second.id, 'succeeded')).attempts).toMatchObject([{ status_code: 201, response: 'begun' }]);
  expect((await delivery(third.id, 'succeeded')).attempts).toMatchObject([{ response: 'a\u{fffd}\u{fffd}b' }]);
});

test('an answer with headers without end is no answer', async () => {
  const there = await receiver((response) => response.writeHead(200, { 'x-long': 'x'.repeat(100_000) }).end());
  const { id } = await subscribe(there.url);
  await submit();
  send({ retriesMs: [] });
  expect((await delivery(id, 'failed')).attempts).toMatchObject([
    { status_code: null, error: 'no answer: HPE_HEADER_OVERFLOW' },
  ]);
});

test('a receiver whose certificate nobody vouches for is told nothing', async () => {
  const there = await receiver(undefined, { isSecure: true });
  const { id } = await subscribe(`https://127.0.0.1:${there.port}/`);
  await submit();
  send({ retriesMs: [] });
  const { attempts } = await delivery(id, 'failed');
  expect(attempts).toMatchObject([{ status_code: null, error: 'no answer: DEPTH_ZERO_SELF_SIGNED_CERT' }]);
  expect(there.received).toEqual([]);
});

test('two senders send each message once', async () => {
  const there = await receiver((response) => void setTimeout(() => response.writeHead(204).end(), 5));
  const { id } = await subscribe(there.url);
  const jobs = await Promise.all(Array.from({ length: 40 }, submit));
  send({ everyMs: 1 });
  send({ everyMs: 1 });
  await waitUntil(async () => (await deliveries(id, '&status=succeeded')).length === 40, 'all are delivered');
  const told = there.received.map(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id);
  expect(told.sort()).toEqual(jobs.sort());
});

test('what nobody could send when it happened is sent by whoever comes next', async () => {
  const there = await receiver();
  const { id } = await subscribe(there.url, ['job.queued', 'job.cancelled']);
  await api.storage.jobs.requestCancel(await submit());
  expect(there.received).toEqual([]);
  send();
  await waitUntil(async () => (await deliveries(id, '&status=succeeded')).length === 2, 'both are delivered');
});

test('a sender that is stopped lets what is under way come to its end, and takes nothing new', async () => {
  const held: (() => void)[] = [];
  const there = await receiver((response) => void held.push(() => response.writeHead(204).end()));
  const { id } = await subscribe(there.url);
  await submit();
  const sender = send();
  await waitUntil(() => held.length === 1, 'it is under way');
  const stopped = sender.stop(30_000);
  await submit();
  held[0]?.();
  await stopped;
  expect((await deliveries(id)).map(({ status }) => status)).toEqual(['pending', 'succeeded']);
  expect(there.received).toHaveLength(1);
});

test('what is cut off at the end of the process is sent again by another', async () => {
  let isWell = false;
  const there = await receiver((response) => (isWell ? response.writeHead(204).end() : undefined));
  const { id } = await subscribe(there.url);
  await submit();
  const sender = send();
  await waitUntil(() => there.received.length === 1, 'it is under way');
  await sender.stop(0);
  isWell = true;
  send();
  const { attempts } = await delivery(id, 'succeeded');
  expect(attempts.map(({ error }) => error)).toEqual([null, 'cut off: the service was ending']);
  expect(new Set(idsOf(there.received)).size).toBe(1);
});

test('after a rotation both secrets verify what is sent', async () => {
  const there = await receiver();
  const { id, secret } = await subscribe(there.url);
  const rotated = String((await api.post(`/v1/webhooks/${id}/rotate_secret`)).body['secret']);
  expect(rotated).not.toBe(secret);
  await submit();
  send();
  await delivery(id, 'succeeded');
  const [{ headers, body }] = there.received as [Received];
  for (const either of [secret, rotated]) {
    new Official(either).verify(body, headers);
    await verifyWebhook(either, headers, body);
  }
});

test('a ping is sent once, whatever comes of it', async () => {
  const there = await receiver((response) => response.writeHead(500).end());
  const { id, secret } = await subscribe(there.url);
  const { status, body, headers: told } = await api.post(`/v1/webhooks/${id}/ping`);
  expect([status, told.location]).toEqual([201, `/v1/webhooks/${id}/deliveries/${body.id}`]);
  send();
  expect((await delivery(id, 'failed')).attempts).toHaveLength(1);
  const [{ headers, body: sent }] = there.received as [Received];
  expect(new Official(secret).verify(sent, headers)).toMatchObject({ type: 'webhook.ping', data: { webhook: id } });
});

test('a name that has come to mean this machine is not connected to', async () => {
  const there = await receiver();
  // When the webhook was made the name was told to mean 8.8.8.8.
  const { id } = await subscribe(`https://rebinding.test:${there.port}/`);
  await submit();
  const rebound = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
  send({ retriesMs: [] }, createUrlGuard({ lookUp: rebound }));
  const [attempt] = (await delivery(id, 'failed')).attempts;
  expect(attempt).toMatchObject({ status_code: null, error: 'not sent: it leads to an address that is not public' });
  expect(there.received).toEqual([]);
});

test('a name is looked up once, and what was checked is what is connected to', async () => {
  const there = await receiver();
  const { id } = await subscribe(`${there.url}/`);
  // A name that nobody but this lookup knows, and that it answers with our receiver once and then with another machine.
  await api.database.query('UPDATE webhooks SET url = $1 WHERE id = $2', [`http://flips.test:${there.port}/`, id]);
  let asked = 0;
  const flips = () => Promise.resolve([{ address: asked++ === 0 ? '127.0.0.1' : '127.255.255.254', family: 4 }]);
  await submit();
  send({ retriesMs: [] }, createUrlGuard({ allow: ['127.0.0.0/8'], lookUp: flips }));
  await delivery(id, 'succeeded');
  expect(asked).toBe(1);
  expect(there.received[0]?.headers['host']).toBe(`flips.test:${there.port}`);
});

test('a name server that never answers is not waited for longer than an answer', async () => {
  const { id } = await subscribe('https://silent.test/');
  await submit();
  const never = () => new Promise<LookupAddress[]>(() => undefined);
  send({ retriesMs: [], timeoutMs: 100 }, createUrlGuard({ lookUp: never }));
  expect((await delivery(id, 'failed')).attempts).toMatchObject([{ error: 'no answer within 0.1 s' }]);
});

test('attempts are counted by what came of them, and logged without what only the receiver should know', async () => {
  const there = await receiver((response, _received, count) => response.writeHead(count === 1 ? 500 : 200).end());
  const { id, secret } = await subscribe(`${there.url}/?token=confidential`);
  metrics.resetMetrics();
  lines.length = 0;
  await submit();
  send();
  const { id: deliveryId } = await delivery(id, 'succeeded');
  await waitUntil(() => lines.filter((line) => line.includes(deliveryId)).length === 2, 'both attempts are logged');
  const text = await metrics.metrics();
  expect(text).toContain('distiller_webhook_attempts_total{outcome="retried"} 1');
  expect(text).toContain('distiller_webhook_attempts_total{outcome="succeeded"} 1');
  expect(text).toContain('distiller_webhook_attempt_duration_seconds_count{outcome="succeeded"} 1');
  const logged = lines.filter((line) => line.includes(deliveryId)).map((line) => JSON.parse(line) as object);
  expect(logged).toMatchObject([
    { webhook: id, attempt: 1, status_code: 500, outcome: 'retried' },
    { webhook: id, attempt: 2, status_code: 200, outcome: 'succeeded' },
  ]);
  expect(lines.join('')).not.toContain('confidential');
  expect(lines.join('')).not.toContain(secret.slice(6, 20));
});
