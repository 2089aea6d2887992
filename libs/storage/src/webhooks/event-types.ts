import { JOB_STATUSES, type JobStatus } from '../jobs/transitions.ts';

/** Each status that a job can come to. */
export const JOB_EVENTS = JOB_STATUSES.map((status) => `job.${status}` as const);

/** What a webhook can be told of: the one list. */
export const WEBHOOK_EVENTS = [...JOB_EVENTS, 'model.created'] as const;
export type WebhookEventType = `job.${JobStatus}` | 'model.created';

/** Sent to one webhook when somebody asks for it. */
export const PING_EVENT = 'webhook.ping';
