import { type components, type operations } from './generated/openapi.ts';

type Schemas = components['schemas'];

export type ApiKey = Schemas['ApiKey'];
export type Identity = Schemas['Identity'];
export type Job = Schemas['Job'];
export type JobDryRun = Schemas['JobDryRun'];
export type JobEvent = Schemas['JobEvent'];
export type JobEventPage = Schemas['JobEventPage'];
export type JobSpec = Schemas['JobSpecInput'];
export type JobSummary = Schemas['JobSummary'];
export type JobStatus = Schemas['JobStatus'];
export type Labels = Schemas['Labels'];
export type Lineage = Schemas['Lineage'];
export type MetricSeries = Schemas['MetricSeries'];
export type Model = Schemas['Model'];
export type NewKey = Schemas['KeyRequestInput'];
export type NewRollouts = Schemas['NewRolloutsInput'];
export type NewTeacher = Schemas['NewTeacherInput'];
export type ObservationContract = Schemas['ObservationContractInput'];
export type PartialUpload = Schemas['PartialUpload'];
export type Problem = Schemas['Problem'];
export type Rollouts = Schemas['Rollouts'];
export type SweepChild = Schemas['SweepChild'];
export type Teacher = Schemas['Teacher'];
export type TeacherFormat = Schemas['TeacherFormat'];
export type Upload = Schemas['Upload'];
export type NewWebhook = Schemas['NewWebhookInput'];
export type Webhook = Schemas['Webhook'];
export type WebhookChanges = Schemas['WebhookChangesInput'];
export type WebhookDelivery = Schemas['WebhookDelivery'];
export type WebhookEvent = Schemas['WebhookEvent'];
export type WebhookEventType = Schemas['WebhookEventType'];

/** One page of a list, newest first; `next_cursor` asks for the next. */
export interface Page<Item> {
  data: Item[];
  has_more: boolean;
  next_cursor: string | null;
}

export interface PageOptions {
  limit?: number;
  cursor?: string;
}

/** What narrows a list of jobs down, and its order. */
export type JobListOptions = Omit<NonNullable<operations['listJobs']['parameters']['query']>, 'status'> & {
  status?: JobStatus[];
};

/** What narrows the list of a webhook's deliveries down. */
export type DeliveryListOptions = PageOptions & { status?: WebhookDelivery['status'] };

export type ModelFileName = Model['files'][number]['name'];
