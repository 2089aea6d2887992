export { type ArtifactStore, type ByteRange } from './artifact-store/artifact-store.ts';
export { type Stored } from './artifact-store/stored.ts';
export { type Checksum, type MultipartStaging, type Part } from './artifact-store/pieces.ts';
export { createArtifactStore } from './artifact-store/create-artifact-store.ts';
export {
  ArtifactCorruptError,
  ChecksumError,
  FencedError,
  IdempotencyLostError,
  IllegalRequestError,
  ModelInUseError,
  NameTakenError,
  NoCheckpointError,
  QuotaExceededError,
  StoreUnwritableError,
  TooManyBytesError,
  TooManyWebhooksError,
  UploadGoneError,
} from './errors.ts';
export { type AuditRow, type NewAuditEvent } from './audit.ts';
export { type Caller } from './caller.ts';
export { type EventRow, type NewEvent } from './events.ts';
export { newId } from './identifiers.ts';
export { type Begun, type IdempotencyHold } from './idempotency.ts';
export { type KeyRow, type Limits, type NewKey } from './keys.ts';
export { type Claim } from './jobs/claim.ts';
export { type Outcome } from './jobs/finish.ts';
export { type CheckpointRow, type NewCheckpoint } from './jobs/checkpoints.ts';
export { type NewJob, type TakenFile } from './jobs/insert.ts';
export { type JobError, type JobRow } from './jobs/job-row.ts';
export { JOB_ORDERS } from './jobs/list.ts';
export { type Made } from './jobs/made.ts';
export { type NewJobFile } from './job-files.ts';
export { type JobSummaryRow } from './job-summaries.ts';
export { type LabelsRow } from './labels.ts';
export { type Fence } from './jobs/lock.ts';
export { type Asked, type Progress } from './jobs/progress.ts';
export { isFinal, JOB_REQUESTS, JOB_STATUSES, type JobStatus } from './jobs/transitions.ts';
export { type MetricPoint, type MetricSeries } from './metrics.ts';
export { migrate } from './migrate.ts';
export { type Lineage } from './models/lineage.ts';
export { COMPUTED_ALIASES } from './models/model-reference.ts';
export { type ModelFile, type ModelRow } from './models/model-row.ts';
export { type NewModel } from './models/models.ts';
export { type Page, type PageRequest } from './page.ts';
export { DEFAULT_PROJECT } from './owner.ts';
export { type PartialUploadRow } from './partial-uploads.ts';
export { type ProjectStorage } from './project-storage.ts';
export { type ProjectRow } from './projects.ts';
export { type MadeRollouts, type NewRollouts, type RolloutsRow } from './rollouts.ts';
export { createStorage, type Storage } from './storage.ts';
export { type NewSweep, type NewSweepChild } from './sweeps/insert-sweep.ts';
export { type SweepChildRow } from './sweeps/list-children.ts';
export { type SweepOverview } from './sweeps/overview.ts';
export { type SweepRules } from './sweeps/sweep-state.ts';
export { type NewTeacher, type TeacherRow, type TeacherSource } from './teachers.ts';
export { type UploadRow } from './uploads.ts';
export { type Watch } from './watch.ts';
export { type AttemptRow, DELIVERY_STATUSES, type DeliveryRow, type DeliveryStatus } from './webhooks/deliveries.ts';
export { JOB_EVENTS, PING_EVENT, WEBHOOK_EVENTS } from './webhooks/event-types.ts';
export { type AttemptEnd, type ClaimedDelivery, type WebhookSending } from './webhooks/sending.ts';
export { type NewWebhook, type WebhookRow } from './webhooks/webhooks.ts';
export { type Fleet, type NewWorker, WORKER_BEAT_MS, type WorkerRow, type WorkerStatus } from './workers.ts';
