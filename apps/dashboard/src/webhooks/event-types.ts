import { type WebhookEventType } from '@distiller/client';

/** What a webhook can be told of, in words. */
export const EVENT_TYPES: Record<WebhookEventType, string> = {
  'job.succeeded': 'a job has succeeded',
  'job.failed': 'a job has failed',
  'job.cancelled': 'a job was cancelled',
  'model.created': 'a model was made',
  'job.queued': 'a job is queued',
  'job.running': 'a job runs',
  'job.paused': 'a job is paused',
  'job.validating': 'a job is looked at',
  'job.pausing': 'a job is being paused',
  'job.cancelling': 'a job is being cancelled',
};

/** What most want to hear. */
export const USUAL: readonly WebhookEventType[] = ['job.succeeded', 'job.failed'];
