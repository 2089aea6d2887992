import { Webhook as Official } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from '../../../test/api.ts';
import { createUrlGuard } from '../../../apps/api/src/webhooks/url-guard.ts';
import { type Client, createClient, verifyWebhook, WebhookVerificationError } from './index.ts';

let api: Api;
let client: Client;

beforeAll(async () => {
  api = await startApi({ webhookGuard: createUrlGuard({ allow: ['127.0.0.0/8'] }) });
  client = createClient({ baseUrl: await api.app.listen({ port: 0 }) });
});

afterAll(() => api.close());

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const BODY = JSON.stringify({ type: 'webhook.ping', timestamp: '2026-11-30T00:00:00.000Z', data: { webhook: 'é' } });

/** Headers as the official library signs them. */
function signed({ at = new Date(), secrets = [SECRET], body = BODY } = {}): Record<string, string> {
  const signatures = secrets.map((secret) => new Official(secret).sign('delivery_1', at, body));
  return {
    'webhook-id': 'delivery_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
  };
}

const ago = (seconds: number) => new Date(Date.now() - 1000 * seconds);

test('what the official library signs is read, from whatever holds the headers and the bytes', async () => {
  const event = JSON.parse(BODY) as object;
  expect(await verifyWebhook(SECRET, signed(), BODY)).toEqual(event);
  expect(await verifyWebhook(SECRET, new Headers(signed()), BODY)).toEqual(event);
  expect(await verifyWebhook(SECRET, signed(), new TextEncoder().encode(BODY))).toEqual(event);
  const shouted = Object.entries(signed()).map(([name, value]): [string, string[]] => [name.toUpperCase(), [value]]);
  expect(await verifyWebhook(SECRET, Object.fromEntries(shouted), BODY)).toEqual(event);
  expect(await verifyWebhook(SECRET, signed({ at: ago(290) }), BODY)).toEqual(event);
});

test('one good signature among others is enough', async () => {
  const headers = signed({ secrets: [OTHER, SECRET] });
  headers['webhook-signature'] = `v1a,abcd v2,AAAA v1,%%% ${headers['webhook-signature']}`;
  expect(await verifyWebhook(SECRET, headers, BODY)).toMatchObject({ type: 'webhook.ping' });
});

test('what was changed, is old or early, lacks something or is signed by another is refused', async () => {
  const refused = [
    [signed(), BODY.replace('é', 'e')],
    [{ ...signed(), 'webhook-id': 'delivery_2' }, BODY],
    [{ ...signed({ at: ago(60) }), 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) }, BODY],
    [signed({ at: ago(310) }), BODY],
    [signed({ at: ago(-310) }), BODY],
    [{ ...signed(), 'webhook-timestamp': 'now' }, BODY],
    [{ ...signed(), 'webhook-timestamp': '' }, BODY],
    [signed({ secrets: [OTHER] }), BODY],
    [{ ...signed(), 'webhook-signature': 'v1,' }, BODY],
    [{ ...signed(), 'webhook-signature': signed()['webhook-signature']!.slice(0, -8) }, BODY],
    [{ ...signed(), 'webhook-signature': signed()['webhook-signature']!.replace('v1,', 'v2,') }, BODY],
    [{ 'webhook-id': 'delivery_1' }, BODY],
    [{}, BODY],
  ] as const;
  for (const [headers, body] of refused) {
    await expect(verifyWebhook(SECRET, headers, body), JSON.stringify(headers)).rejects.toThrow(
      WebhookVerificationError,
    );
  }
});

test('webhooks are made, changed, tried and deleted', async () => {
  const { secret, ...webhook } = await client.webhooks.create({
    url: 'http://127.0.0.1:9/',
    events: ['job.succeeded'],
  });
  expect(secret).toMatch(/^whsec_/);
  expect(await client.webhooks.get(webhook.id)).toEqual(webhook);
  expect((await client.webhooks.list()).data).toEqual([webhook]);
  expect((await client.webhooks.rotateSecret(webhook.id)).secret).not.toBe(secret);
  const ping = await client.webhooks.ping(webhook.id);
  expect(await client.webhooks.delivery(webhook.id, ping.id)).toEqual(ping);
  expect((await client.webhooks.deliveries(webhook.id, { status: 'pending' })).data).toEqual([ping]);
  expect(await client.webhooks.redeliver(webhook.id, ping.id)).toMatchObject({ id: ping.id, status: 'pending' });
  expect(await client.webhooks.update(webhook.id, { disabled: true })).toMatchObject({ disabled: true });
  await client.webhooks.delete(webhook.id);
  await expect(client.webhooks.delete(webhook.id)).rejects.toMatchObject({ status: 404, code: 'webhook_not_found' });
});
