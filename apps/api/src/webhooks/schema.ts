import {
  DELIVERY_STATUSES,
  type DeliveryRow,
  JOB_EVENTS,
  PING_EVENT,
  WEBHOOK_EVENTS,
  type WebhookRow,
} from '@distiller/storage';
import { z } from 'zod';
import { JobError, Result } from '../jobs/schema.ts';
import { JobStatus } from '../jobs/status.ts';
import { Sha256 } from '../uploads/schema.ts';

const EventType = z.enum(WEBHOOK_EVENTS).meta({ id: 'WebhookEventType' });

const Url = z
  .url({ protocol: /^https?$/, error: 'an address such as https://example.com/hook' })
  .max(2000)
  .describe('public and https, or in a network that the operator allows');
const Description = z.string().max(500);
const Events = z.array(EventType).min(1).max(WEBHOOK_EVENTS.length).describe('what it is told of');
const Disabled = z.boolean().describe('nothing is sent, and what happens meanwhile is not told later');

export const WebhookInput = z
  .strictObject({ url: Url, description: Description.default(''), events: Events, disabled: Disabled.default(false) })
  .meta({ id: 'NewWebhook' });

export const WebhookChanges = z
  .strictObject({
    url: Url.optional(),
    description: Description.optional(),
    events: Events.optional(),
    disabled: Disabled.optional(),
  })
  .meta({ id: 'WebhookChanges' });

export const Webhook = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    events: z.array(EventType),
    disabled: z.boolean(),
    disabled_reason: z
      .enum(['gone', 'failing'])
      .nullable()
      .describe('gone: it answered 410; failing: no attempt had succeeded for 5 days; null: somebody asked for it'),
    failing_since: z.iso.datetime().nullable().describe('no attempt has succeeded since'),
    previous_secret_valid_until: z.iso
      .datetime()
      .nullable()
      .describe('until when the secret before the last rotation signs too'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });

/** Told once. */
export const NewWebhook = Webhook.extend({
  secret: z.string().optional().describe('deliveries are signed with it; told this once and never again'),
}).meta({ id: 'WebhookWithSecret' });

/** The job in short, as it is when its status has become this one. */
const WebhookJob = z
  .object({
    id: z.string(),
    kind: z.string(),
    status: JobStatus,
    from: JobStatus.nullable().describe('the status before; null: it was submitted'),
    reason: z.string().nullable().describe('deadline, resumed, or the code of the error'),
    attempt: z.int(),
    step: z.int(),
    total_steps: z.int(),
    engine: z.string().nullable(),
    error: JobError.nullable(),
    result: Result.nullable(),
    model: z.string().nullable().describe('id of the model that the job has just made'),
    rollouts: z.string().nullable().describe('id of the rollouts that the job has just made'),
    labels: z.string().nullable().describe('id of the labels that the job has just made'),
    tags: z.record(z.string(), z.string()),
    metadata: z.record(z.string(), z.string()),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'WebhookJob' });

const WebhookModel = z
  .object({
    id: z.string(),
    job: z.string(),
    checkpoint_step: z.int().nullable(),
    name: z.string().nullable(),
    version: z.int().nullable(),
    contract_hash: Sha256,
    metrics: Result,
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'WebhookModel' });

const timestamp = z.iso.datetime().describe('when it happened');

/** The body of a delivery. */
const WebhookEvent = z
  .discriminatedUnion('type', [
    z.object({ type: z.enum(JOB_EVENTS), timestamp, data: WebhookJob }),
    z.object({ type: z.literal('model.created'), timestamp, data: WebhookModel }),
    z.object({ type: z.literal(PING_EVENT), timestamp, data: z.object({ webhook: z.string() }) }),
  ])
  .meta({ id: 'WebhookEvent' });

export const DeliveryStatus = z.enum(DELIVERY_STATUSES).meta({ id: 'WebhookDeliveryStatus' });

export const Delivery = z
  .object({
    id: z.string().describe('sent as `webhook-id`, the same with every attempt'),
    webhook: z.string(),
    type: z.string(),
    status: DeliveryStatus,
    payload: WebhookEvent,
    next_attempt_at: z.iso.datetime().nullable().describe('while it is pending'),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
    attempts: z
      .array(
        z.object({
          number: z.int().describe('from 1; where one is missing, the service ended before it was over'),
          at: z.iso.datetime(),
          duration_ms: z.int(),
          status_code: z.int().nullable().describe('null: there was no answer'),
          error: z.string().nullable().describe('why there was none'),
          response: z.string().nullable().describe('how the body of the answer begins'),
        }),
      )
      .describe('the last 20, newest first'),
  })
  .meta({ id: 'WebhookDelivery' });

export function toWebhook(row: WebhookRow): z.infer<typeof Webhook> {
  const { id, url, description } = row;
  return {
    ...{ id, url, description },
    events: z.array(EventType).parse(row.events),
    disabled: row.disabledAt !== null,
    disabled_reason: Webhook.shape.disabled_reason.parse(row.disabledReason),
    failing_since: row.failingSince?.toISOString() ?? null,
    previous_secret_valid_until: row.previousValidUntil?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
  };
}

export function toDelivery({ body, attempts, ...row }: DeliveryRow): z.infer<typeof Delivery> {
  return {
    id: row.id,
    webhook: row.webhookId,
    type: row.type,
    status: row.status,
    payload: WebhookEvent.parse(JSON.parse(body)),
    next_attempt_at: row.status === 'pending' ? row.dueAt.toISOString() : null,
    created_at: row.createdAt.toISOString(),
    finished_at: row.finishedAt?.toISOString() ?? null,
    attempts: attempts.map(({ number, at, durationMs, statusCode, error, response }) => {
      return { number, at: at.toISOString(), duration_ms: durationMs, status_code: statusCode, error, response };
    }),
  };
}
