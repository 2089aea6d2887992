import { type Transaction } from '../database.ts';
import { Prisma } from '../generated/client.ts';
import { newId } from '../identifiers.ts';
import { type PING_EVENT, type WebhookEventType } from './event-types.ts';

interface Happening {
  projectId: string;
  type: WebhookEventType;
  /** Gathered only when some webhook is told of it. */
  data: () => object | Promise<object>;
}

/**
 * Leaves word of what happens for every webhook of the project that asked for it, in the transaction in which it happens: both
 * are written or neither is, and a sender finds it there however late.
 */
export async function tellWebhooks(transaction: Transaction, { projectId, ...told }: Happening): Promise<void> {
  const found = await transaction.$queryRaw<{ id: string }[]>(webhooksToTell({ projectId, type: told.type }));
  await writeDeliveries(
    transaction,
    found.map(({ id }) => id),
    told,
  );
}

/** Their ids. Locked, so that a webhook which is deleted at this moment goes after the event and not under it. */
export function webhooksToTell({ projectId, type }: Pick<Happening, 'projectId' | 'type'>): Prisma.Sql {
  return Prisma.sql`
    SELECT id FROM webhooks
    WHERE project_id = ${projectId} AND disabled_at IS NULL AND ${type} = ANY (events) FOR KEY SHARE`;
}

export async function writeDeliveries(
  transaction: Transaction,
  webhookIds: readonly string[],
  { type, data }: Omit<Happening, 'projectId'>,
): Promise<void> {
  if (webhookIds.length === 0) return;
  const body = bodyOf(type, await data());
  await transaction.webhookDelivery.createMany({ data: webhookIds.map((id) => newDelivery(id, type, body)) });
}

export function newDelivery(webhookId: string, type: WebhookEventType | typeof PING_EVENT, body: string) {
  return { id: newId('delivery'), webhookId, type, body };
}

/** As Standard Webhooks says: what, when, and of what. */
export function bodyOf(type: WebhookEventType | typeof PING_EVENT, data: object): string {
  return JSON.stringify({ type, timestamp: new Date().toISOString(), data });
}
