import { memo } from 'react';
import { Link } from 'wouter';
import { StatusBadge } from '../shell/status-badge.tsx';
import { against, cellText, type Column } from './columns.ts';
import { type JobRow } from './use-summaries.ts';

export interface JobTableRowProps {
  job: JobRow;
  /** -1: pinned above the others. */
  index: number;
  /** Where it stands in the body, in pixels. */
  top: number;
  columns: readonly Column[];
  baseline: JobRow | undefined;
  isSelected: boolean;
  /** The second in which the row is drawn. */
  minute: number;
  onSelect: (id: string) => void;
  onBaseline: (id: string) => void;
}

/** Drawn anew only when something of it changes: scrolling through thousands must cost what is new in sight. */
export const JobTableRow = memo(
  function JobTableRow({
    job,
    index,
    top,
    columns,
    baseline,
    isSelected,
    minute,
    onSelect,
    onBaseline,
  }: JobTableRowProps) {
    const isBaseline = baseline?.id === job.id;
    return (
      <tr
        role="row"
        style={{ top }}
        data-job={job.id}
        aria-rowindex={index + 2}
        className={`${isSelected ? 'selected' : ''} ${isBaseline ? 'baseline' : ''}`}
      >
        <td role="cell" className="check-cell">
          <label>
            <span className="unseen">Choose {job.id}</span>
            <input type="checkbox" checked={isSelected} onChange={() => onSelect(job.id)} />
          </label>
        </td>
        {columns.map((column) => (
          <Cell key={column.id} {...{ column, job, baseline, isBaseline, now: minute * 1000, onBaseline }} />
        ))}
      </tr>
    );
  },
  (before, after) =>
    before.job === after.job &&
    before.columns === after.columns &&
    before.baseline === after.baseline &&
    before.isSelected === after.isSelected &&
    before.index === after.index &&
    before.top === after.top &&
    before.minute === after.minute,
);

interface CellProps {
  column: Column;
  job: JobRow;
  baseline: JobRow | undefined;
  isBaseline: boolean;
  now: number;
  onBaseline: (id: string) => void;
}

function Cell({ column, job, baseline, isBaseline, now, onBaseline }: CellProps) {
  switch (column.id) {
    case 'status':
      return (
        <td role="cell">
          <StatusBadge status={job.status} />
        </td>
      );
    case 'job':
      return (
        <th role="rowheader" scope="row">
          <span className="job-cell">
            <Link href={`/jobs/${job.id}`} className="mono">
              {job.id}
            </Link>
            <button
              type="button"
              className="quiet icon pin"
              aria-pressed={isBaseline}
              aria-label={isBaseline ? 'No longer the baseline' : `Make ${job.id} the baseline`}
              title={isBaseline ? 'No longer the baseline' : 'Make it the baseline'}
              onClick={() => onBaseline(job.id)}
            >
              <span aria-hidden="true">{isBaseline ? '◆' : '◇'}</span>
            </button>
          </span>
        </th>
      );
    default: {
      const text = cellText(column, job, now);
      const change = against(column, job, baseline);
      return (
        <td role="cell" className={column.isNumber ? 'number' : ''} title={column.isNumber ? undefined : text}>
          {text}
          {change !== null && <Change percent={change} />}
        </td>
      );
    }
  }
}

function Change({ percent }: { percent: number }) {
  const isSame = Math.abs(percent) < 0.05;
  const word = isSame ? 'same' : percent > 0 ? 'better' : 'worse';
  return (
    <span className={`change ${word}`} title={`${Math.abs(percent).toFixed(1)} % ${word} than the baseline`}>
      {isSame ? '=' : `${percent > 0 ? '▲' : '▼'} ${Math.abs(percent).toFixed(0)} %`}
    </span>
  );
}
