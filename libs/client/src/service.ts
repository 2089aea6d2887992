import { toProblemError } from './problem-error.ts';

/** Where the service is and how it is reached. */
export interface Service {
  /** Without a slash at the end; empty: where the page comes from. */
  baseUrl: string;
  fetch: typeof fetch;
  /** For addresses that the service has signed, which are not the service's: without the key. */
  fetchSigned: typeof fetch;
}

/** An answer below 400. @throws ProblemError */
export async function request(service: Service, path: string, init?: RequestInit): Promise<Response> {
  const response = await service.fetch(`${service.baseUrl}${path}`, init);
  if (!response.ok) throw await toProblemError(response);
  return response;
}
