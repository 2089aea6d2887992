import { type Database } from '../database.ts';
import { type DeliveryStatus, type Prisma } from '../generated/client.ts';
import { type Owner } from '../owner.ts';
import { type Page, pageArguments, type PageRequest, toPage } from '../page.ts';
import { PING_EVENT } from './event-types.ts';
import { bodyOf, newDelivery } from './outbox.ts';

/** Whoever sends again and again makes more attempts than anybody reads. */
const ATTEMPTS_SHOWN = 20;

export { type DeliveryStatus };
export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed'] as const satisfies readonly DeliveryStatus[];

/** One request, and what came of it. */
export interface AttemptRow {
  number: number;
  at: Date;
  durationMs: number;
  /** Null: there was no answer, and `error` says why. */
  statusCode: number | null;
  error: string | null;
  /** How the answer's body begins. */
  response: string | null;
}

export interface DeliveryRow {
  id: string;
  webhookId: string;
  type: string;
  body: string;
  status: DeliveryStatus;
  /** When the next attempt is, while it is pending. */
  dueAt: Date;
  createdAt: Date;
  finishedAt: Date | null;
  /** The last ones, newest first. */
  attempts: AttemptRow[];
}

/** Of the webhooks of one project. Null: there is no such delivery. */
export interface Deliveries {
  list(webhookId: string, filter: PageRequest & { status?: DeliveryStatus | undefined }): Promise<Page<DeliveryRow>>;
  get(webhookId: string, id: string): Promise<DeliveryRow | null>;
  /** Makes it pending and due, with as many tries as a new one; one that is under way stays as it is. */
  redeliver(webhookId: string, id: string): Promise<DeliveryRow | null>;
  /** Leaves word that means nothing; null: no such webhook. */
  ping(webhookId: string): Promise<DeliveryRow | null>;
}

const include = {
  attempts: { orderBy: { number: 'desc' }, take: ATTEMPTS_SHOWN, omit: { deliveryId: true } },
} as const;

export function createDeliveries(database: Database, { where, projectId }: Owner): Deliveries {
  const { webhookDelivery: table } = database;
  const get = async (webhookId: string, id: string) => {
    const found = await table.findFirst({ where: { id, webhookId, webhook: where }, include });
    return found && toRow(found);
  };
  return {
    get,
    list: async (webhookId, { status, ...page }) => {
      const { where: onPage, ...rest } = pageArguments(page);
      const filter = { ...onPage, webhookId, webhook: where, ...(status !== undefined && { status }) };
      return toPage(await table.findMany({ ...rest, where: filter, include }), page.limit, toRow);
    },
    redeliver: async (webhookId, id) => {
      await database.$executeRaw`
        UPDATE webhook_deliveries AS d
        SET status = 'pending', tries = 0, due_at = now(), leased_until = NULL, finished_at = NULL
        FROM webhooks AS w
        WHERE d.id = ${id} AND d.webhook_id = ${webhookId} AND w.id = d.webhook_id AND w.project_id = ${projectId}
          AND w.disabled_at IS NULL AND (d.leased_until IS NULL OR d.leased_until <= now())`;
      return get(webhookId, id);
    },
    ping: async (webhookId) => {
      const known = await database.webhook.findFirst({ where: { id: webhookId, ...where }, select: { id: true } });
      if (!known) return null;
      const data = newDelivery(webhookId, PING_EVENT, bodyOf(PING_EVENT, { webhook: webhookId }));
      return toRow(await table.create({ data, include }));
    },
  };
}

function toRow(row: Prisma.WebhookDeliveryGetPayload<{ include: typeof include }>): DeliveryRow {
  const { id, webhookId, type, body, status, dueAt, createdAt, finishedAt, attempts } = row;
  return { id, webhookId, type, body, status, dueAt, createdAt, finishedAt, attempts };
}
