import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useShortcut } from '../shell/shortcuts.ts';
import { Empty, Loading, Problem } from '../shell/states.tsx';
import { toast } from '../shell/toasts.tsx';
import { useTitle } from '../shell/use-title.ts';
import { JobsTable, type TableHandle } from './jobs-table.tsx';
import { JobsToolbar } from './jobs-toolbar.tsx';
import { parseSearch, sortJobs } from './select-jobs.ts';
import { MAX_SELECTED, type TableState, toggled, useTableState } from './table-state.ts';
import { type JobRow, useSummaries } from './use-summaries.ts';

export function JobsPage() {
  useTitle('Jobs');
  const { jobs, isWhole, error, refetch } = useSummaries();
  const state = useStableColumns(useTableState(jobs));
  const now = useNow();
  const shown = useShown(jobs, state, now);
  const table = useRef<TableHandle>(null);
  const { select, makeBaseline } = useChoices(state);
  useTableKeys(table, state, select);
  const baseline = jobs?.find(({ id }) => id === state.baseline);
  return (
    <div className="page full">
      <h1 className="unseen">Jobs</h1>
      <JobsToolbar state={state} jobs={jobs ?? []} shown={shown.length} isWhole={isWhole} />
      {!jobs && !error && <Loading what="jobs" />}
      {!jobs && error && <Problem error={error} onRetry={() => void refetch()} />}
      {jobs?.length === 0 && (
        <Empty title="No jobs yet.">
          <Link href="/new">Submit one</Link>, or run <code>npm run demo</code>.
        </Empty>
      )}
      {jobs && jobs.length > 0 && shown.length === 0 && (
        <Empty title="No job is like that.">
          <button type="button" onClick={() => state.address.set({ q: null, status: null, kind: null, game: null })}>
            Clear the filters
          </button>
        </Empty>
      )}
      {shown.length > 0 && (
        <JobsTable
          ref={table}
          jobs={shown}
          baseline={baseline}
          state={state}
          now={now}
          onSelect={select}
          onBaseline={makeBaseline}
        />
      )}
    </div>
  );
}

/** Rows compare their columns by identity. */
function useStableColumns(state: TableState): TableState {
  const key = state.columns.map(({ id }) => id).join();
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the ids say all about the columns
  const columns = useMemo(() => state.columns, [key]);
  return { ...state, columns };
}

function useShown(jobs: readonly JobRow[] | undefined, state: TableState, now: number): readonly JobRow[] {
  const search = useDeferredValue(state.search);
  const [statuses, kinds, games] = [state.statuses.join(), state.kinds.join(), state.games.join()];
  const { column, isDescending } = state.sort;
  return useMemo(() => {
    const test = parseSearch(search);
    const isOf = (chosen: string, value: string | null) => chosen === '' || chosen.split(',').includes(value ?? '');
    const found = (jobs ?? []).filter(
      (job) => isOf(statuses, job.status) && isOf(kinds, job.kind) && isOf(games, job.game) && test(job, now),
    );
    return sortJobs(found, { column, isDescending }, now);
  }, [jobs, search, statuses, kinds, games, column, isDescending, now]);
}

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function useChoices({ selected, baseline, address }: TableState) {
  const latest = useRef({ selected, baseline, address });
  useEffect(() => {
    latest.current = { selected, baseline, address };
  });
  const select = useCallback((id: string) => {
    const { selected: chosen, address: at } = latest.current;
    if (!chosen.includes(id) && chosen.length >= MAX_SELECTED) {
      toast(`${MAX_SELECTED} jobs are chosen: more cannot be told apart in one drawing.`, 'bad');
    } else at.set({ selected: toggled(chosen, id) });
  }, []);
  const makeBaseline = useCallback((id: string) => {
    const { baseline: current, address: at } = latest.current;
    at.set({ baseline: current === id ? null : id });
  }, []);
  return { select, makeBaseline };
}

function useTableKeys(
  table: React.RefObject<TableHandle | null>,
  { selected, address }: TableState,
  select: (id: string) => void,
): void {
  const [, navigate] = useLocation();
  useShortcut({ key: '/', meaning: 'Search' }, () => document.getElementById('search')?.focus());
  useShortcut({ key: 'j', meaning: 'Next job' }, () => table.current?.move(1));
  useShortcut({ key: 'k', meaning: 'Previous job' }, () => table.current?.move(-1));
  useShortcut({ key: 'x', meaning: 'Choose the job, or not' }, () => {
    const id = table.current?.focused();
    if (id !== undefined) select(id);
  });
  useShortcut({ key: 'c', meaning: 'Compare what is chosen' }, () => {
    if (selected.length > 0) navigate(`/compare?jobs=${selected.join(',')}`);
    else toast('Choose jobs first, with x.', 'bad');
  });
  useShortcut({ key: 'Escape', meaning: 'Leave the search; choose none' }, () => {
    if (document.activeElement?.id === 'search') (document.activeElement as HTMLElement).blur();
    else address.set({ selected: null });
  });
}
