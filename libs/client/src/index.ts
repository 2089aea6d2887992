export { type Client, type ClientOptions, createClient } from './client.ts';
export { type Download, type DownloadOptions } from './download.ts';
export { loadPolicy, type LoadedPolicy } from './policy.ts';
export { calledModel } from './models.ts';
export { ProblemError } from './problem-error.ts';
export { readSafetensors, type StoredTensor, type StoredTensors } from './safetensors.ts';
export {
  type ApiKey,
  type Identity,
  type Job,
  type JobDryRun,
  type JobEvent,
  type JobEventPage,
  type JobSpec,
  type JobStatus,
  type JobSummary,
  type Labels,
  type Lineage,
  type MetricSeries,
  type Model,
  type ModelFileName,
  type NewKey,
  type NewRollouts,
  type NewTeacher,
  type NewWebhook,
  type ObservationContract,
  type Page,
  type PageOptions,
  type Problem,
  type Rollouts,
  type SweepChild,
  type Teacher,
  type TeacherFormat,
  type Upload,
  type Webhook,
  type WebhookChanges,
  type WebhookDelivery,
  type WebhookEvent,
  type WebhookEventType,
} from './schemas.ts';
export { NotResumableError } from './resumable-upload.ts';
export { type UploadOptions } from './upload.ts';
export { verifyWebhook, type WebhookHeaders, WebhookVerificationError } from './verify-webhook.ts';
export { type WatchOptions } from './watch.ts';
