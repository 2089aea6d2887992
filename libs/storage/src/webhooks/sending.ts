import { type Database, type Transaction } from '../database.ts';
import { type DeliveryStatus } from '../generated/client.ts';
import { type AttemptRow } from './deliveries.ts';
import { disableWebhook } from './webhooks.ts';

/** A delivery whose attempt is ours to make. */
export interface ClaimedDelivery {
  id: string;
  webhookId: string;
  type: string;
  body: string;
  /** Counts the claims: another one's writes are refused. */
  attempt: number;
  /** Which try it is since the delivery was last asked for, from 1. */
  tries: number;
  url: string;
  /** All that sign it, the newest first. */
  secrets: string[];
}

interface ClaimOptions {
  limit: number;
  /** Under way to one webhook at once, over all senders: a slow one must leave others their turn. */
  perWebhook: number;
  /** After so long without a word the sender is taken for dead, and the delivery is due again. */
  leaseMs: number;
}

/** What an attempt means for its delivery; without `retryInMs` it was the last one. */
export type AttemptEnd = { kind: 'delivered' } | { kind: 'failed'; retryInMs?: number | undefined } | { kind: 'gone' };

/** For senders: the deliveries of all projects. */
export interface WebhookSending {
  /** Takes deliveries that are due; no two senders get the same one. */
  claim(options: ClaimOptions): Promise<ClaimedDelivery[]>;
  /** Null: somebody else has claimed it since, or it is gone; nothing was written. */
  record(
    claimed: Pick<ClaimedDelivery, 'id' | 'webhookId' | 'attempt'>,
    attempt: Omit<AttemptRow, 'number'>,
    end: AttemptEnd,
  ): Promise<DeliveryStatus | null>;
  /** Forgets deliveries that are older, however they ended. */
  prune(before: Date): Promise<void>;
}

export function createWebhookSending(database: Database): WebhookSending {
  return {
    claim: (options) => claimDeliveries(database, options),
    record: (claimed, attempt, end) =>
      database.$transaction((transaction) => record(transaction, claimed, { attempt, end })),
    prune: async (before) => {
      await database.webhookDelivery.deleteMany({ where: { createdAt: { lt: before } } });
    },
  };
}

/** One statement: who locks a row has it, and who comes at the same time passes it over. */
function claimDeliveries(database: Database, { limit, perWebhook, leaseMs }: ClaimOptions): Promise<ClaimedDelivery[]> {
  return database.$queryRaw<ClaimedDelivery[]>`
    WITH due AS (
      SELECT first.id FROM webhooks AS w
      CROSS JOIN LATERAL (
        SELECT d.id, d.due_at FROM webhook_deliveries AS d
        WHERE d.webhook_id = w.id AND d.status = 'pending' AND d.due_at <= now()
          AND (d.leased_until IS NULL OR d.leased_until <= now())
        ORDER BY d.due_at, d.id
        LIMIT greatest(0, ${perWebhook}::int - (
          SELECT count(*) FROM webhook_deliveries AS o
          WHERE o.webhook_id = w.id AND o.status = 'pending' AND o.leased_until > now()))
        FOR UPDATE OF d SKIP LOCKED
      ) AS first
      WHERE w.disabled_at IS NULL
      ORDER BY first.due_at, first.id LIMIT ${limit}::int
    )
    UPDATE webhook_deliveries AS d
    SET attempt = attempt + 1, tries = tries + 1, leased_until = now() + ${leaseMs} * interval '1 millisecond'
    FROM due, webhooks AS w
    WHERE d.id = due.id AND w.id = d.webhook_id
    RETURNING d.id, d.webhook_id AS "webhookId", d.type, d.body, d.attempt, d.tries, w.url,
      CASE WHEN w.previous_valid_until > now() THEN ARRAY[w.secret, w.previous_secret] ELSE ARRAY[w.secret] END AS secrets`;
}

async function record(
  transaction: Transaction,
  { id, webhookId, attempt: number }: Pick<ClaimedDelivery, 'id' | 'webhookId' | 'attempt'>,
  { attempt, end }: { attempt: Omit<AttemptRow, 'number'>; end: AttemptEnd },
): Promise<DeliveryStatus | null> {
  // The webhook first, as whoever disables it does.
  const [webhook] = await transaction.$queryRaw<{ isDisabled: boolean; isHopeless: boolean }[]>`
    SELECT disabled_at IS NOT NULL AS "isDisabled",
      coalesce(failing_since <= now() - interval '5 days', false) AS "isHopeless"
    FROM webhooks WHERE id = ${webhookId} FOR NO KEY UPDATE`;
  if (!webhook) return null;
  const { isDisabled, isHopeless } = webhook;
  const retryInMs = end.kind === 'failed' && !isDisabled && !isHopeless ? end.retryInMs : undefined;
  const status = end.kind === 'delivered' ? 'succeeded' : retryInMs === undefined ? 'failed' : 'pending';
  const written = await transaction.$executeRaw`
    UPDATE webhook_deliveries
    SET status = ${status}::delivery_status, leased_until = NULL,
      due_at = now() + ${retryInMs ?? 0} * interval '1 millisecond',
      finished_at = CASE WHEN ${status} = 'pending' THEN NULL ELSE now() END
    WHERE id = ${id} AND attempt = ${number}`;
  if (written === 0) return null;
  await transaction.webhookAttempt.create({ data: { ...attempt, deliveryId: id, number } });
  if (end.kind === 'gone') await disableWebhook(transaction, webhookId, 'gone');
  else if (end.kind === 'failed' && isHopeless) await disableWebhook(transaction, webhookId, 'failing');
  else await noteHealth(transaction, webhookId, end.kind === 'delivered');
  return status;
}

/** Since when no attempt has succeeded; written only where it changes. */
async function noteHealth(transaction: Transaction, id: string, isWell: boolean): Promise<void> {
  if (isWell)
    await transaction.$executeRaw`
    UPDATE webhooks SET failing_since = NULL WHERE id = ${id} AND failing_since IS NOT NULL`;
  else
    await transaction.$executeRaw`
    UPDATE webhooks SET failing_since = now() WHERE id = ${id} AND failing_since IS NULL`;
}
