/** Every code that a problem can carry, with its status and title: the one table. Codes are stable, wording is not. */
export const PROBLEMS = {
  malformed_request: { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'An API key is needed' },
  cross_site_request: { status: 403, title: 'A page of another site may not change anything here' },
  forbidden: { status: 403, title: 'The API key does not allow it' },
  route_not_found: { status: 404, title: 'There is nothing at this address' },
  job_not_found: { status: 404, title: 'No such job' },
  checkpoint_not_found: { status: 404, title: 'The job has no such checkpoint' },
  file_not_found: { status: 404, title: 'No such file' },
  key_not_found: { status: 404, title: 'No such API key' },
  labels_not_found: { status: 404, title: 'No such labels' },
  alias_not_found: { status: 404, title: 'No such alias' },
  model_not_found: { status: 404, title: 'No such model' },
  project_not_found: { status: 404, title: 'No such project' },
  rollouts_not_found: { status: 404, title: 'No such rollouts' },
  teacher_not_found: { status: 404, title: 'No such teacher' },
  delivery_not_found: { status: 404, title: 'The webhook has no such delivery' },
  webhook_not_found: { status: 404, title: 'No such webhook' },
  upload_not_found: { status: 404, title: 'No such upload' },
  name_taken: { status: 409, title: 'The name is taken' },
  not_offered: { status: 409, title: 'The artifact store of this service takes files another way' },
  upload_offset_mismatch: { status: 409, title: 'The piece does not begin where the bytes before it end' },
  model_in_use: { status: 409, title: 'The model is in use' },
  model_named: { status: 409, title: 'The model has another name' },
  job_ended: { status: 409, title: 'The job has ended' },
  key_revoked: { status: 409, title: 'The API key was revoked' },
  webhook_disabled: { status: 409, title: 'The webhook is disabled' },
  too_many_webhooks: { status: 409, title: 'The project has as many webhooks as it may' },
  idempotency_in_flight: { status: 409, title: 'The first request with this Idempotency-Key is at work' },
  illegal_transition: { status: 409, title: 'The job cannot do that from the status that it has' },
  no_checkpoint: { status: 409, title: 'The job has no checkpoint yet' },
  tus_version_unsupported: { status: 412, title: 'The version of tus is not spoken here' },
  body_too_large: { status: 413, title: 'The body is too large' },
  range_not_satisfiable: { status: 416, title: 'Nothing of the file lies in that range' },
  unsupported_media_type: { status: 415, title: 'The body is of another type than is read here' },
  invalid_request: { status: 422, title: 'A field of the request is invalid' },
  idempotency_mismatch: { status: 422, title: 'The Idempotency-Key was used for another request' },
  webhook_url_refused: { status: 422, title: 'Nothing is sent to that address' },
  unknown_reference: { status: 422, title: 'The request names something that does not exist' },
  upload_incomplete: { status: 422, title: 'Parts of the upload are missing, or not of their size' },
  digest_mismatch: { status: 422, title: 'The bytes are not those whose digest was given' },
  file_hash_mismatch: { status: 422, title: 'The uploaded file has another sha256 than was given' },
  weights_invalid: { status: 422, title: 'The file cannot be read as a policy of that description' },
  reference_invalid: { status: 422, title: 'The reference is no safetensors file of observations and logits' },
  reference_mismatch: { status: 422, title: 'The policy does not answer as the reference says' },
  rollouts_invalid: { status: 422, title: 'The file is no sound rollouts file' },
  architecture_invalid: { status: 422, title: 'The layers do not fit together' },
  contract_mismatch: { status: 422, title: 'What is named has another observation contract than the teacher' },
  actions_mismatch: { status: 422, title: 'What is named has other actions than the teacher' },
  labels_mismatch: { status: 422, title: 'The labels are not of this teacher and these frames' },
  import_invalid: { status: 422, title: 'The file cannot be read as recorded play of that format' },
  rollouts_too_short: { status: 422, title: 'The rollouts have too few episodes to be split' },
  rate_limited: { status: 429, title: 'Too many requests' },
  quota_exceeded: { status: 429, title: 'The API key allows no more of this' },
  piece_checksum_mismatch: { status: 460, title: 'The piece is not the one whose checksum was given' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  artifact_damaged: { status: 500, title: 'The stored bytes are missing or damaged' },
  store_unwritable: { status: 507, title: 'The artifact store cannot be written' },
  overloaded: { status: 503, title: 'Too much is asked at once; try again' },
  unavailable: { status: 503, title: 'A part of the service is away; try again' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** One field at fault: in the body (`pointer`, RFC 6901) or in the address or headers (`parameter`). */
export interface FieldError {
  pointer?: string;
  parameter?: string;
  detail: string;
  code: string;
}

/** What a handler throws to be answered with that problem. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly errors: FieldError[];
  /** Of a job: what may be asked of it instead. */
  readonly legal: readonly string[] | undefined;

  constructor(code: ProblemCode, detail: string, errors: FieldError[] = [], legal?: readonly string[]) {
    super(detail);
    this.name = 'ProblemError';
    this.code = code;
    this.errors = errors;
    this.legal = legal;
  }
}

/** A problem with one field of the body. */
export function fieldProblem(code: ProblemCode, pointer: string, detail: string): ProblemError {
  return new ProblemError(code, detail, [{ pointer, detail, code }]);
}
