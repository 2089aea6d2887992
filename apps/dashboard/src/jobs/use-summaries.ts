import { type Job, type JobStatus, type JobSummary } from '@distiller/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { service } from '../service/service.ts';
import { isFinal } from '../job/is-final.ts';

/** One row of the table: the summary, and what the service tells of a job that waits or runs. */
export interface JobRow extends JobSummary {
  queue_position?: number | null;
  estimated_finish?: string | null;
  priority?: number | null;
}

const KEY = ['summaries'];
const FIRST_PAGE = 100;
const PAGE = 1_000;
const REFRESH_MS = 2_000;
/** Of jobs that have not ended, how many are looked at again at once. */
const WATCHED = 200;
const ACTIVE: JobStatus[] = ['validating', 'queued', 'running', 'pausing', 'paused', 'cancelling'];

export interface Summaries {
  jobs: readonly JobRow[] | undefined;
  /** All are here: until then the oldest are on their way. */
  isWhole: boolean;
  error: Error | null;
  refetch: () => unknown;
}

/** Every job, in a line each: read once in pages, then only the newest and those that have not ended. */
export function useSummaries(): Summaries {
  const queries = useQueryClient();
  const [isWhole, setWhole] = useState(false);
  const all = useQuery({
    queryKey: KEY,
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const jobs = await loadAll(signal, (loaded) => queries.setQueryData<readonly JobRow[]>(KEY, loaded));
      setWhole(true);
      return jobs;
    },
    retry: true,
    retryDelay: REFRESH_MS,
  });
  const isReady = all.data !== undefined;
  const fresh = useQuery({
    queryKey: ['summaries-fresh'],
    queryFn: () => loadFresh(queries.getQueryData<readonly JobRow[]>(KEY) ?? []),
    refetchInterval: REFRESH_MS,
    enabled: isReady,
  });
  useEffect(() => {
    if (fresh.data) queries.setQueryData<readonly JobRow[]>(KEY, (jobs = []) => mergeJobs(jobs, fresh.data));
  }, [fresh.data, queries]);
  return { jobs: all.data, isWhole, error: all.failureReason, refetch: all.refetch };
}

async function loadAll(signal: AbortSignal, onPage: (jobs: readonly JobRow[]) => void): Promise<readonly JobRow[]> {
  const jobs: JobRow[] = [];
  let cursor: string | null = null;
  do {
    const limit = jobs.length === 0 ? FIRST_PAGE : PAGE;
    const page: Awaited<ReturnType<typeof service.jobs.summaries>> = await service.jobs.summaries({
      limit,
      ...(cursor && { cursor }),
    });
    jobs.push(...page.data);
    cursor = page.next_cursor;
    if (cursor) onPage([...jobs]);
  } while (cursor && !signal.aborted);
  return jobs;
}

/** The newest, those that had not ended when last seen, and where the unfinished stand. */
async function loadFresh(known: readonly JobRow[]): Promise<JobRow[]> {
  const open = known.filter(({ status }) => !isFinal(status)).slice(-WATCHED);
  const [newest, watched, active] = await Promise.all([
    service.jobs.summaries({ limit: FIRST_PAGE }),
    open.length > 0 ? service.jobs.summaries({ ids: open.map(({ id }) => id), limit: WATCHED }) : { data: [] },
    service.jobs.list({ status: ACTIVE, limit: FIRST_PAGE }),
  ]);
  const places = new Map(active.data.map((job) => [job.id, placeOf(job)]));
  const rows = new Map([...newest.data, ...watched.data].map((row) => [row.id, row]));
  return [...rows.values()].map((row) => ({ ...row, ...places.get(row.id) }));
}

function placeOf({ queue_position, estimated_finish, priority }: Job): Partial<JobRow> {
  return { queue_position, estimated_finish, priority };
}

/** The jobs with the fresh rows in their places, newest first; a row that says the same stays the same object. */
export function mergeJobs(jobs: readonly JobRow[], fresh: readonly JobRow[]): readonly JobRow[] {
  const changed = new Map(fresh.map((row) => [row.id, row]));
  let isChanged = false;
  const merged = jobs.map((job) => {
    const row = changed.get(job.id);
    changed.delete(job.id);
    if (!row || JSON.stringify(row) === JSON.stringify(job)) return job;
    isChanged = true;
    return row;
  });
  if (changed.size === 0) return isChanged ? merged : jobs;
  return [...changed.values(), ...merged].sort((a, b) => (a.id < b.id ? 1 : -1));
}
