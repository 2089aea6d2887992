import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type Ref, useCallback, useEffect, useImperativeHandle, useRef } from 'react';
import { type Column } from './columns.ts';
import { JobTableRow } from './job-table-row.tsx';
import { nextSort, type TableState } from './table-state.ts';
import { type JobRow } from './use-summaries.ts';

const ROW_HEIGHT = 36;
const CHECK_WIDTH = 40;

export interface JobsTableProps {
  jobs: readonly JobRow[];
  baseline: JobRow | undefined;
  state: TableState;
  now: number;
  onSelect: (id: string) => void;
  onBaseline: (id: string) => void;
  ref: Ref<TableHandle>;
}

export interface TableHandle {
  /** Moves the focus by some rows. */
  move: (by: number) => void;
  /** The job whose row has the focus. */
  focused: () => string | undefined;
}

/** Where each view of the table was scrolled to, for who comes back to it. */
const places = new Map<string, number>();

/** A real table of which only the rows in sight are in the page. */
export function JobsTable(props: JobsTableProps) {
  const { jobs, baseline, state, now, onSelect, onBaseline, ref } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const place = useRef(location.search);
  // What it returns changes without a render's doing; nothing here is memoised on it.
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: jobs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    initialOffset: places.get(location.search) ?? 0,
    // What is scrolled to is not to lie under the head.
    scrollPaddingStart: ROW_HEIGHT * (baseline ? 2 : 1),
    getItemKey: useCallback((index: number) => jobs[index]?.id ?? index, [jobs]),
  });
  useEffect(() => {
    place.current = location.search;
  });
  useRowFocus(ref, scroller, jobs, (index) => rows.scrollToIndex(index));
  const shown = rows.getVirtualItems();
  const row = (job: JobRow, index: number, top: number) => (
    <JobTableRow
      key={job.id}
      job={job}
      index={index}
      top={top}
      columns={state.columns}
      baseline={baseline}
      isSelected={state.selected.includes(job.id)}
      minute={Math.floor(now / 1000)}
      onSelect={onSelect}
      onBaseline={onBaseline}
    />
  );
  return (
    <div
      className="table-scroll"
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label="Jobs, table"
      onScroll={(event) => places.set(place.current, event.currentTarget.scrollTop)}
    >
      <table role="table" className="jobs" aria-rowcount={jobs.length + 1} style={layoutOf(state.columns)}>
        <Head state={state} />
        {baseline && (
          <tbody role="rowgroup" className="pinned">
            {row(baseline, -1, 0)}
          </tbody>
        )}
        <tbody role="rowgroup" style={{ height: rows.getTotalSize() }}>
          {shown.map(({ index, start }) => {
            const job = jobs[index];
            return job && row(job, index, start);
          })}
        </tbody>
      </table>
    </div>
  );
}

/** One grid for all rows, each of which is laid out by itself: what scrolls into sight costs what it holds, and nothing else moves. */
function layoutOf(columns: readonly Column[]): CSSProperties & Record<'--columns', string> {
  const widths = columns.map(({ width }) => width);
  return {
    '--columns': [`${CHECK_WIDTH}px`, ...widths.map((width) => `minmax(${width}px, ${width}fr)`)].join(' '),
    minWidth: widths.reduce((sum, width) => sum + width, CHECK_WIDTH),
  };
}

function Head({ state: { columns, sort, address } }: { state: TableState }) {
  return (
    <thead role="rowgroup">
      <tr role="row" aria-rowindex={1}>
        <th role="columnheader" scope="col">
          <span className="unseen">Chosen</span>
        </th>
        {columns.map((column) => (
          <ColumnHead key={column.id} column={column} sort={sort} address={address} />
        ))}
      </tr>
    </thead>
  );
}

function ColumnHead({ column, sort, address }: { column: Column } & Pick<TableState, 'sort' | 'address'>) {
  const isSorted = sort.column === column.id;
  const direction = sort.isDescending ? 'descending' : 'ascending';
  return (
    <th
      role="columnheader"
      scope="col"
      aria-sort={isSorted ? direction : undefined}
      className={column.isNumber ? 'number' : ''}
    >
      <button type="button" title={column.meaning} onClick={() => address.set({ sort: nextSort(column, sort) })}>
        {column.title}
        {isSorted && <span aria-hidden="true">{sort.isDescending ? '↓' : '↑'}</span>}
      </button>
    </th>
  );
}

function useRowFocus(
  ref: Ref<TableHandle>,
  scroller: React.RefObject<HTMLDivElement | null>,
  jobs: readonly JobRow[],
  scrollTo: (index: number) => void,
): void {
  useImperativeHandle(ref, () => {
    const focused = () => document.activeElement?.closest('tr')?.dataset['job'];
    const focus = (id: string) =>
      scroller.current?.querySelector<HTMLElement>(`tbody:not(.pinned) tr[data-job="${id}"] a`)?.focus();
    return {
      focused,
      move: (by) => {
        const at = jobs.findIndex(({ id }) => id === focused());
        const next = Math.min(Math.max(0, at === -1 ? 0 : at + by), jobs.length - 1);
        const id = jobs[next]?.id;
        if (id === undefined) return;
        scrollTo(next);
        // Its row may have to be drawn first.
        requestAnimationFrame(() => requestAnimationFrame(() => focus(id)));
      },
    };
  });
}
