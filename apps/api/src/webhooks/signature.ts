import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
/** As many as HMAC-SHA256 makes use of. */
const SECRET_BYTES = 32;

/** In the form of Standard Webhooks. */
export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

interface Message {
  id: string;
  body: string;
}

/** Headers of a delivery (Standard Webhooks); signed with each of the secrets, so that any one of them verifies it. */
export function signedHeaders(secrets: readonly string[], { id, body }: Message, now = Date.now()) {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = secrets.map((secret) => `v1,${sign(secret, `${id}.${timestamp}.${body}`)}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

function sign(secret: string, content: string): string {
  return createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64'))
    .update(content)
    .digest('base64');
}
