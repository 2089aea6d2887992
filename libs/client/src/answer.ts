import { isProblem, ProblemError } from './problem-error.ts';

/** What a call is answered with. @throws ProblemError */
export async function answer<Data>(call: Promise<{ data?: Data; error?: unknown; response: Response }>): Promise<Data> {
  const { data, error, response } = await call;
  if (data !== undefined) return data;
  throw new ProblemError(response.status, isProblem(error) ? error : {});
}

/** For calls that are answered with nothing. @throws ProblemError */
export async function done(call: Promise<{ error?: unknown; response: Response }>): Promise<void> {
  const { error, response } = await call;
  if (!response.ok) throw new ProblemError(response.status, isProblem(error) ? error : {});
}

/** Parameters of a path that ends in an id. */
export const at = (id: string) => ({ params: { path: { id } } });
