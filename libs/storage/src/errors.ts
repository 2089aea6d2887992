import { type JobRequest, type JobStatus } from './jobs/transitions.ts';

/** The writer's attempt is over: another worker has claimed the job, or the job has ended. Nothing was written. */
export class FencedError extends Error {
  constructor(jobId: string, attempt: number) {
    super(`attempt ${attempt} of ${jobId} is over: claimed again, or ended`);
    this.name = 'FencedError';
  }
}

/** What was asked of a job cannot be done in the status that it has. */
export class IllegalRequestError extends Error {
  readonly status: JobStatus;
  readonly legal: JobRequest[];

  constructor(jobId: string, asked: { request: JobRequest; status: JobStatus; legal: JobRequest[] }) {
    super(`job ${jobId} is ${asked.status}: ${asked.request} is not possible, ${inWords(asked.legal)}`);
    this.name = 'IllegalRequestError';
    this.status = asked.status;
    this.legal = asked.legal;
  }
}

function inWords(legal: readonly JobRequest[]): string {
  return legal.length > 0 ? `but ${legal.join(' or ')} is` : 'nor is anything else';
}

/** The job is to stand at its latest checkpoint and has none yet. */
export class NoCheckpointError extends Error {
  constructor(jobId: string) {
    super(`job ${jobId} has no checkpoint yet`);
    this.name = 'NoCheckpointError';
  }
}

/** A teacher or rollouts of that name exists already. */
export class NameTakenError extends Error {
  readonly takenName: string;

  constructor(takenName: string) {
    super(`the name '${takenName}' is taken`);
    this.name = 'NameTakenError';
    this.takenName = takenName;
  }
}

/** The upload was taken by another call, or never was. */
export class UploadGoneError extends Error {
  constructor(id: string) {
    super(`upload ${id} is gone`);
    this.name = 'UploadGoneError';
  }
}

/** Bytes whose hash is no longer the one they are stored under. */
export class ArtifactCorruptError extends Error {
  constructor(sha256: string) {
    super(`the stored bytes of artifact ${sha256} have another sha256`);
    this.name = 'ArtifactCorruptError';
  }
}

/** The artifact store takes no bytes: its disk is full, read-only or broken. Nothing of what was written is to be found. */
export class StoreUnwritableError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`the artifact store cannot be written: ${reason}`, options);
    this.name = 'StoreUnwritableError';
  }
}

/** A stream that brought more bytes than were allowed. */
export class TooManyBytesError extends Error {
  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes`);
    this.name = 'TooManyBytesError';
  }
}

/** Another request has taken the Idempotency-Key over; nothing was written. */
export class IdempotencyLostError extends Error {
  constructor() {
    super('another request with this Idempotency-Key is at work');
    this.name = 'IdempotencyLostError';
  }
}

/** The caller has used up what its key allows; nothing was written. */
export class QuotaExceededError extends Error {
  readonly quota: string;

  constructor(quota: string, limit: number) {
    super(`the key allows ${limit} ${quota.replaceAll('_', ' ')}`);
    this.name = 'QuotaExceededError';
    this.quota = quota;
  }
}

/** A piece of an upload whose checksum is another than was given; it was not kept. */
export class ChecksumError extends Error {
  constructor(algorithm: string) {
    super(`the piece that came has another ${algorithm}`);
    this.name = 'ChecksumError';
  }
}

/** The model cannot be deleted: something goes by it. */
export class ModelInUseError extends Error {
  constructor(reason: string) {
    super(`the model is in use: ${reason}`);
    this.name = 'ModelInUseError';
  }
}

/** The project has as many webhooks as one may have. */
export class TooManyWebhooksError extends Error {
  constructor(most: number) {
    super(`the project has ${most} webhooks, and may have no more`);
    this.name = 'TooManyWebhooksError';
  }
}
