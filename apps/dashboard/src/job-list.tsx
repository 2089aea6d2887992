import { type Job } from '@distiller/client';
import { type MouseEvent } from 'react';
import { formatValue } from './format.ts';
import { lossName } from './loss-name.ts';
import { StatusBadge } from './status-badge.tsx';
import { jobAddress } from './use-selected-job.ts';

export interface JobListProps {
  jobs: readonly Job[];
  /** Its row is marked by the style sheet, from the link's aria-current. */
  selected: string | null;
  onSelect: (id: string) => void;
}

const NUMBERS = ['kl', 'action_error', 'jacobian_error', 'steps_per_second'] as const;

export function JobList({ jobs, selected, onSelect }: JobListProps) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-labelledby="jobs-title">
      <table className="jobs">
        <thead>
          <tr>
            <th scope="col">status</th>
            <th scope="col">job</th>
            <th scope="col">loss or kind</th>
            <th scope="col">teacher</th>
            <th scope="col">step</th>
            {NUMBERS.map((name) => (
              <th scope="col" key={name}>
                {name === 'steps_per_second' ? 'steps/s' : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id}>
              <td>
                <StatusBadge status={job.status} />
              </td>
              <th scope="row">
                <a
                  href={jobAddress(job.id)}
                  aria-current={job.id === selected ? 'page' : undefined}
                  onClick={(event) => selectInPlace(event, () => onSelect(job.id))}
                >
                  {job.id}
                </a>
              </th>
              <td>{lossName(job)}</td>
              <td>{job.teacher?.name ?? '–'}</td>
              <td>
                {job.step} / {job.total_steps}
              </td>
              {NUMBERS.map((name) => (
                <td key={name}>{formatValue(job.result?.[name])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A plain click stays on the page; one that asks for a new tab is the browser's. */
function selectInPlace(event: MouseEvent, select: () => void): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  select();
}
