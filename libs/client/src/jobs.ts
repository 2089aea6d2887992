import { type Client as FetchClient } from 'openapi-fetch';
import { answer, at } from './answer.ts';
import { jobFileUrl } from './files.ts';
import { type paths } from './generated/openapi.ts';
import {
  type Job,
  type JobDryRun,
  type JobEventPage,
  type JobListOptions,
  type JobSpec,
  type JobStatus,
  type PageOptions,
} from './schemas.ts';
import { type Service } from './service.ts';

interface WaitOptions {
  waitSeconds?: number;
}

const prefer = ({ waitSeconds }: WaitOptions) => (waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` });

/** What can be asked of jobs. */
export function jobCalls(api: FetchClient<paths>, service: Service) {
  return {
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
    /** Of a sweep: its children in a line each, with what varies and how good they are. */
    children: (id: string) => answer(api.GET('/v1/jobs/{id}/children', at(id))),
    // A string only for who asks for a stream.
    events: async (id: string, query: { after?: number; limit?: number } = {}): Promise<JobEventPage> =>
      (await answer(api.GET('/v1/jobs/{id}/events', { params: { path: { id }, query } }))) as JobEventPage,
    metrics: (id: string, { names, maxPoints }: { names?: string[]; maxPoints?: number } = {}) => {
      const query = { ...(names && { names: names.join() }), ...(maxPoints && { max_points: maxPoints }) };
      return answer(api.GET('/v1/jobs/{id}/metrics', { params: { path: { id }, query } }));
    },
    /** Where a browser finds a file that the job has made. */
    fileUrl: (id: string, name: string): string => jobFileUrl(service, id, name),
  };
}
