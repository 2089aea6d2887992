import { type Database, type Transaction } from '../database.ts';
import { TooManyWebhooksError } from '../errors.ts';
import { newId } from '../identifiers.ts';
import { type Owner } from '../owner.ts';
import { type Page, pageArguments, type PageRequest, toPage } from '../page.ts';
import { createDeliveries, type Deliveries } from './deliveries.ts';
import { type WebhookEventType } from './event-types.ts';

/** Every event of a project is written once for each. */
const MAX_WEBHOOKS = 50;

export interface NewWebhook {
  url: string;
  description: string;
  events: WebhookEventType[];
  secret: string;
  isDisabled?: boolean | undefined;
}

/** `gone`: it answered 410; `failing`: no attempt has succeeded for days. */
type DisabledReason = 'gone' | 'failing';

/** Without its secrets: only a sender gets those. */
export interface WebhookRow {
  id: string;
  projectId: string;
  url: string;
  description: string;
  events: string[];
  previousValidUntil: Date | null;
  disabledAt: Date | null;
  /** Null, where it is disabled: somebody asked for it. */
  disabledReason: string | null;
  /** No attempt has succeeded since. */
  failingSince: Date | null;
  createdAt: Date;
}

type WebhookChanges = Partial<Omit<NewWebhook, 'secret'>>;

/** Of one project. Null: it has no such webhook. */
export interface Webhooks {
  /** @throws TooManyWebhooksError */
  create(webhook: NewWebhook): Promise<WebhookRow>;
  get(id: string): Promise<WebhookRow | null>;
  list(page: PageRequest): Promise<Page<WebhookRow>>;
  update(id: string, changes: WebhookChanges): Promise<WebhookRow | null>;
  /** The secret before signs beside the new one for so long. */
  rotateSecret(id: string, secret: string, overlapMs: number): Promise<WebhookRow | null>;
  /** With its deliveries. @returns whether there was one */
  delete(id: string): Promise<boolean>;
  deliveries: Deliveries;
}

const omit = { secret: true, previousSecret: true } as const;

export function createWebhooks(database: Database, owner: Owner): Webhooks {
  const { webhook: table } = database;
  const { where, projectId } = owner;
  const get = (id: string) => table.findFirst({ where: { id, ...where }, omit });
  return {
    create: ({ isDisabled = false, ...webhook }) =>
      database.$transaction(async (transaction) => {
        if ((await transaction.webhook.count({ where })) >= MAX_WEBHOOKS) throw new TooManyWebhooksError(MAX_WEBHOOKS);
        const data = { ...webhook, id: newId('webhook'), projectId, ...(isDisabled && { disabledAt: new Date() }) };
        const created = await transaction.webhook.create({ data, omit });
        await owner.onCreated(transaction, created.id);
        return created;
      }),
    get,
    list: async (page) =>
      toPage(await table.findMany({ ...pageArguments({ ...page, ...where }), omit }), page.limit, (row) => row),
    update: async (id, { isDisabled, ...columns }) => {
      await database.$transaction(async (transaction) => {
        // Another address has not failed yet.
        const fresh = columns.url !== undefined && { failingSince: null };
        const { count } = await transaction.webhook.updateMany({
          where: { id, ...where },
          data: { ...columns, ...fresh },
        });
        if (count === 0 || isDisabled === undefined) return;
        if (isDisabled) return disableWebhook(transaction, id, null);
        const enabled = { disabledAt: null, disabledReason: null, failingSince: null };
        await transaction.webhook.update({ where: { id }, data: enabled });
      });
      return get(id);
    },
    rotateSecret: async (id, secret, overlapMs) => {
      await database.$executeRaw`
        UPDATE webhooks SET previous_secret = secret, secret = ${secret},
          previous_valid_until = now() + ${overlapMs} * interval '1 millisecond'
        WHERE id = ${id} AND project_id = ${projectId}`;
      return get(id);
    },
    delete: async (id) => (await table.deleteMany({ where: { id, ...where } })).count > 0,
    deliveries: createDeliveries(database, owner),
  };
}

/** Nothing more is sent; what waits has failed, and may be sent again when the webhook is enabled. */
export async function disableWebhook(
  transaction: Transaction,
  id: string,
  disabledReason: DisabledReason | null,
): Promise<void> {
  const now = new Date();
  const disabled = { disabledAt: now, disabledReason };
  await transaction.webhook.updateMany({ where: { id, disabledAt: null }, data: disabled });
  const failed = { status: 'failed', finishedAt: now } as const;
  await transaction.webhookDelivery.updateMany({ where: { webhookId: id, status: 'pending' }, data: failed });
}
