import { type WebhookEvent } from './schemas.ts';

/** How far a delivery's time may be from ours: an old one may be somebody's who has recorded it. */
const TOLERANCE_S = 5 * 60;

/** What has arrived at a webhook's address is not from the service, or not as it was sent. */
export class WebhookVerificationError extends Error {
  constructor(reason: string) {
    super(`not a webhook of the service: ${reason}`);
    this.name = 'WebhookVerificationError';
  }
}

/** As `fetch`'s Headers and as Node's `request.headers`. */
export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>;

/**
 * Reads what has arrived at a webhook's address: checks its signature (Standard Webhooks, HMAC-SHA256) and that it was sent
 * within five minutes. Deliveries may come twice and in any order: `webhook-id` is the same with every attempt.
 * @param secret as it was told when the webhook was made: `whsec_…`
 * @param body exactly as it has come: parsed and written again it would be another
 * @throws WebhookVerificationError
 */
export async function verifyWebhook(
  secret: string,
  headers: WebhookHeaders,
  body: string | Uint8Array,
): Promise<WebhookEvent> {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => {
    const value = headerOf(headers, name);
    if (value === undefined || value === '') throw new WebhookVerificationError(`it has no ${name}`);
    return value;
  }) as [string, string, string];
  const sentAt = /^\d+$/.test(timestamp) ? Number(timestamp) : NaN;
  if (!(Math.abs(Date.now() / 1000 - sentAt) <= TOLERANCE_S)) {
    throw new WebhookVerificationError('its time is more than five minutes from now');
  }
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  if (!(await isSigned(secret, `${id}.${timestamp}.${text}`, signatures.split(' ')))) {
    throw new WebhookVerificationError('its signature is another');
  }
  return JSON.parse(text) as WebhookEvent;
}

/** By WebCrypto, whose comparison takes as long wherever two signatures differ. */
async function isSigned(secret: string, content: string, signatures: readonly string[]): Promise<boolean> {
  const [key, data] = [bytesOf(secret.replace(/^whsec_/, '')), new TextEncoder().encode(content)];
  if (!key) throw new TypeError('the secret is whsec_ and base64');
  const hmac = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  for (const signature of signatures) {
    const given = signature.startsWith('v1,') ? bytesOf(signature.slice(3)) : undefined;
    if (given && (await crypto.subtle.verify('HMAC', hmac, given, data))) return true;
  }
  return false;
}

/** Undefined: no base64, or nothing. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined;
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return Array.isArray(value) ? value[0] : value;
}
