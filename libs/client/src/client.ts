import createFetchClient from 'openapi-fetch';
import { answer, at } from './answer.ts';
import { type Download, type DownloadOptions } from './download.ts';
import { downloadJobFile, downloadModel } from './files.ts';
import { type paths } from './generated/openapi.ts';
import { jobCalls } from './jobs.ts';
import { keyCalls } from './keys.ts';
import { modelCalls } from './models.ts';
import { type ModelFileName, type NewRollouts, type NewTeacher, type PageOptions, type Upload } from './schemas.ts';
import { request, type Service } from './service.ts';
import { uploadFile, type UploadOptions } from './upload.ts';
import { watch, type WatchOptions } from './watch.ts';
import { webhookCalls } from './webhooks.ts';

export interface ClientOptions {
  /** Where the API is, such as http://127.0.0.1:4747; in a browser '' is where the page comes from. */
  baseUrl: string;
  /** Sent with every request, event streams among them; needed where the service asks for one. */
  apiKey?: string | undefined;
  fetch?: typeof fetch;
}

export type Client = ReturnType<typeof createClient>;

/** The service's API. Every call throws ProblemError when it is refused or fails. */
export function createClient(options: ClientOptions) {
  const { service, api } = reach(options);
  return {
    teachers: {
      create: (teacher: NewTeacher) => answer(api.POST('/v1/teachers', { body: teacher })),
      get: (idOrName: string) => answer(api.GET('/v1/teachers/{id}', at(idOrName))),
      list: (query: PageOptions = {}) => answer(api.GET('/v1/teachers', { params: { query } })),
    },
    rollouts: {
      create: (rollouts: NewRollouts) => answer(api.POST('/v1/rollouts', { body: rollouts })),
      get: (idOrName: string) => answer(api.GET('/v1/rollouts/{id}', at(idOrName))),
      list: (query: PageOptions = {}) => answer(api.GET('/v1/rollouts', { params: { query } })),
    },
    labels: {
      get: (idOrName: string) => answer(api.GET('/v1/labels/{id}', at(idOrName))),
      list: (query: PageOptions = {}) => answer(api.GET('/v1/labels', { params: { query } })),
    },
    jobs: jobCalls(api, service),
    models: modelCalls(api, service),
    webhooks: webhookCalls(api),
    keys: keyCalls(api),
    /** The service's own OpenAPI document: what each route takes, with every default. */
    describe: async (): Promise<unknown> => (await request(service, '/openapi.json')).json(),
    /** See `watch`: the job's events, each once and in order, until it has ended. */
    watch: (jobId: string, options?: WatchOptions) => watch(service, jobId, options),
    /** Small files in one request, large ones in pieces that survive lost connections; see `UploadOptions`. */
    uploadFile: (file: Uint8Array | Blob, options?: UploadOptions): Promise<Upload> =>
      uploadFile(service, file, options),
    /** Downloads a model's file, going on after lost connections, and checks its sha256. */
    downloadModel: (modelId: string, options?: DownloadOptions & { file?: ModelFileName }): Promise<Download> =>
      downloadModel(service, modelId, options),
    /** Downloads a file that a job has made (`job.files`), likewise. */
    downloadJobFile: (jobId: string, name: string, options?: DownloadOptions): Promise<Download> =>
      downloadJobFile(service, jobId, name, options),
    /** Who the service takes you for, and what you may do. */
    identity: () => answer(api.GET('/v1/identity')),
    /** What works on jobs, and on what. */
    workers: async () => (await answer(api.GET('/v1/workers'))).data,
    /** Whether database, queue and artifact store can be used. */
    readiness: async () => {
      const { data, error } = await api.GET('/readyz');
      return data ?? error;
    },
  };
}

function reach({ baseUrl, apiKey, fetch: ownFetch }: ClientOptions) {
  // A browser's fetch must be called as a global function.
  const fetchSigned: typeof fetch = ownFetch ?? ((input, init) => globalThis.fetch(input, init));
  const fetchFrom = withKey(fetchSigned, apiKey);
  const service: Service = { baseUrl: baseUrl.replace(/\/+$/, ''), fetch: fetchFrom, fetchSigned };
  const api = createFetchClient<paths>({ baseUrl: service.baseUrl, fetch: (request) => fetchFrom(request) });
  return { service, api };
}

/** Tells who asks. */
function withKey(fetchFrom: typeof fetch, apiKey: string | undefined): typeof fetch {
  if (apiKey === undefined) return fetchFrom;
  return (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set('authorization', `Bearer ${apiKey}`);
    return fetchFrom(input, { ...init, headers });
  };
}
