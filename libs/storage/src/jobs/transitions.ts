/** Every status that a job can have; the last three are final. */
export const JOB_STATUSES = [
  'validating',
  'queued',
  'running',
  'pausing',
  'paused',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];
export type FinalStatus = Extract<JobStatus, 'succeeded' | 'failed' | 'cancelled'>;

/** The lifecycle: what may become of a job from each status. Null: it is being created. */
const NEXT: Record<JobStatus | 'null', readonly JobStatus[]> = {
  // Paused: a child that its sweep holds for later.
  null: ['validating', 'queued', 'paused'],
  validating: ['queued', 'failed', 'cancelled'],
  queued: ['running', 'paused', 'cancelled'],
  // Running again: another attempt. A job that is late when it is taken up has nobody who could still be cancelling it. Paused:
  // it has come as far as its sweep lets it.
  running: ['running', 'pausing', 'paused', 'cancelling', 'succeeded', 'failed', 'cancelled'],
  // Its work may come to its end before the request is heard.
  pausing: ['paused', 'cancelling', 'succeeded', 'failed'],
  paused: ['queued', 'cancelled'],
  cancelling: ['cancelled', 'succeeded', 'failed'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

export function isLegal(from: JobStatus | null, to: JobStatus): boolean {
  return NEXT[from ?? 'null'].includes(to);
}

export function isFinal(status: JobStatus): status is FinalStatus {
  return NEXT[status].length === 0;
}

/** What a client may ask of a job. */
export const JOB_REQUESTS = ['cancel', 'pause', 'resume', 'retry'] as const;
export type JobRequest = (typeof JOB_REQUESTS)[number];

/** A request is legal where it leads somewhere, and where the job is on that way already or has arrived. */
const LEGAL_FROM: Record<JobRequest, readonly JobStatus[]> = {
  cancel: ['validating', 'queued', 'running', 'pausing', 'paused', 'cancelling', 'cancelled'],
  pause: ['queued', 'running', 'pausing', 'paused'],
  resume: ['paused'],
  retry: ['failed', 'cancelled'],
};

export function legalRequests(status: JobStatus): JobRequest[] {
  return JOB_REQUESTS.filter((request) => LEGAL_FROM[request].includes(status));
}
