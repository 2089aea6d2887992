/** The writer's attempt is over: another worker has claimed the job, or the job has ended. Nothing was written. */
export class FencedError extends Error {
  constructor(jobId: string, attempt: number) {
    super(`attempt ${attempt} of ${jobId} is over: claimed again, or ended`);
    this.name = 'FencedError';
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
