import { type Problem } from './schemas.ts';

/** What the service refused or failed to do (RFC 9457): look at `code`, and at `errors` for the fields at fault. */
export class ProblemError extends Error {
  /** Stable, as in the API's table; `unreadable_answer` when the answer was no problem+json (a proxy's, say). */
  readonly code: string;
  readonly status: number;
  readonly errors: Problem['errors'];
  readonly requestId: string | undefined;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail || problem.title || `the service answered ${status}`);
    this.name = 'ProblemError';
    this.code = problem.code ?? 'unreadable_answer';
    this.status = status;
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id;
  }
}

/** The problem that an answer of 400 or more carries. */
export async function toProblemError(response: Response): Promise<ProblemError> {
  const body: unknown = await response.json().catch(() => undefined);
  return new ProblemError(response.status, isProblem(body) ? body : {});
}

export function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}
