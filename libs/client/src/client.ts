import createFetchClient from 'openapi-fetch';
import { answer, at } from './answer.ts';
import { downloadJobFile, downloadModel, type Download, jobFileUrl, modelUrl } from './files.ts';
import { type paths } from './generated/openapi.ts';
import {
  type Job,
  type JobDryRun,
  type JobEventPage,
  type JobListOptions,
  type JobSpec,
  type JobStatus,
  type ModelFileName,
  type NewRollouts,
  type NewTeacher,
  type PageOptions,
} from './schemas.ts';
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
    jobs: {
      /** @param options.waitSeconds answers when the job has ended, or after so many seconds (60 at most) */
      create: async (spec: JobSpec, options: WaitOptions = {}): Promise<Job> =>
        // Another answer only for who asks for a dry run.
        (await answer(api.POST('/v1/jobs', { body: spec, params: { header: prefer(options) } }))) as Job,
      /** All checks and every default; nothing is stored. */
      dryRun: async (spec: JobSpec): Promise<JobDryRun> =>
        (await answer(api.POST('/v1/jobs', { body: spec, params: { query: { dry_run: 'true' } } }))) as JobDryRun,
      get: (id: string, options: WaitOptions = {}): Promise<Job> =>
        answer(api.GET('/v1/jobs/{id}', { params: { path: { id }, header: prefer(options) } })),
      cancel: (id: string, { mode = 'graceful' }: { mode?: 'graceful' | 'now' } = {}): Promise<Job> =>
        answer(api.POST('/v1/jobs/{id}/cancel', { ...at(id), body: { mode } })),
      pause: (id: string, { checkpoint = 'save' }: { checkpoint?: 'save' | 'latest' } = {}): Promise<Job> =>
        answer(api.POST('/v1/jobs/{id}/pause', { ...at(id), body: { checkpoint } })),
      resume: (id: string): Promise<Job> => answer(api.POST('/v1/jobs/{id}/resume', at(id))),
      retry: (id: string): Promise<Job> => answer(api.POST('/v1/jobs/{id}/retry', at(id))),
      list: ({ status, ...query }: JobListOptions = {}) =>
        answer(api.GET('/v1/jobs', { params: { query: { ...query, ...(status && { status: status.join() }) } } })),
      /** Jobs in a line each, up to 1,000 at once: for tables and comparisons. */
      summaries: ({ status, ids, ...page }: PageOptions & { status?: JobStatus[]; ids?: string[] } = {}) => {
        const query = { ...page, ...(status && { status: status.join() }), ...(ids && { ids: ids.join() }) };
        return answer(api.GET('/v1/job-summaries', { params: { query } }));
      },
      events: async (id: string, query: { after?: number; limit?: number } = {}): Promise<JobEventPage> => {
        const page = await answer(api.GET('/v1/jobs/{id}/events', { params: { path: { id }, query } }));
        // A string only for who asks for a stream.
        return page as JobEventPage;
      },
      metrics: (id: string, { names, maxPoints }: { names?: string[]; maxPoints?: number } = {}) => {
        const query = { ...(names && { names: names.join() }), ...(maxPoints && { max_points: maxPoints }) };
        return answer(api.GET('/v1/jobs/{id}/metrics', { params: { path: { id }, query } }));
      },
      /** Where a browser finds a file that the job has made. */
      fileUrl: (id: string, name: string): string => jobFileUrl(service, id, name),
    },
    models: {
      get: (id: string) => answer(api.GET('/v1/models/{id}', at(id))),
      list: (query: PageOptions = {}) => answer(api.GET('/v1/models', { params: { query } })),
      /** Where a browser finds the model's file. */
      url: (id: string, file?: ModelFileName): string => modelUrl(service, id, file),
    },
    webhooks: webhookCalls(api),
    /** The service's own OpenAPI document: what each route takes, with every default. */
    describe: async (): Promise<unknown> => (await request(service, '/openapi.json')).json(),
    /** See `watch`: the job's events, each once and in order, until it has ended. */
    watch: (jobId: string, options?: WatchOptions) => watch(service, jobId, options),
    /** Small files in one request, large ones in pieces that survive lost connections; see `UploadOptions`. */
    uploadFile: (file: Uint8Array | Blob, options?: UploadOptions) => uploadFile(service, file, options),
    /** Downloads a model's file and checks its sha256. */
    downloadModel: (modelId: string, options?: { file?: ModelFileName }): Promise<Download> =>
      downloadModel(service, modelId, options),
    /** Downloads a file that a job has made (`job.files`) and checks its sha256. */
    downloadJobFile: (jobId: string, name: string): Promise<Download> => downloadJobFile(service, jobId, name),
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

interface WaitOptions {
  waitSeconds?: number;
}

const prefer = ({ waitSeconds }: WaitOptions) => (waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` });
