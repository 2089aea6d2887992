import { type Job } from '@distiller/client';
import { Link } from 'wouter';
import { formatValue } from '../charts/format.ts';
import { Swatch } from '../charts/legend.tsx';
import { lossName } from '../job/loss-name.ts';
import { type JobRow } from '../jobs/use-summaries.ts';
import { StatusBadge } from '../shell/status-badge.tsx';
import { useAddress } from '../shell/use-address.ts';

/** The jobs that are compared, with the line by which each is drawn. */
export function ComparedJobs({ jobs, rows }: { jobs: readonly Job[]; rows: readonly JobRow[] }) {
  const address = useAddress();
  const ids = jobs.map(({ id }) => id);
  return (
    <div className="scroll card" tabIndex={0} role="region" aria-label="Compared jobs">
      <table>
        <thead>
          <tr>
            <th scope="col">line</th>
            <th scope="col">job</th>
            <th scope="col">status</th>
            <th scope="col">what</th>
            <th scope="col">seed</th>
            <th scope="col">kl best</th>
            <th scope="col">action_error best</th>
            <th scope="col">jacobian_error best</th>
            <th scope="col">return_ratio best</th>
            <th scope="col">
              <span className="unseen">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job, style) => {
            const row = rows.find(({ id }) => id === job.id);
            const best = (name: string, end: 'min' | 'max') => formatValue(row?.metrics[name]?.[end]);
            return (
              <tr key={job.id}>
                <td>
                  <Swatch style={style} />
                </td>
                <th scope="row">
                  <Link href={`/jobs/${job.id}`} className="mono">
                    {job.id}
                  </Link>
                </th>
                <td>
                  <StatusBadge status={job.status} />
                </td>
                <td>{lossName(job)}</td>
                <td>{row?.seed ?? '–'}</td>
                <td>{best('kl', 'min')}</td>
                <td>{best('action_error', 'min')}</td>
                <td>{best('jacobian_error', 'min')}</td>
                <td>{best('return_ratio', 'max')}</td>
                <td>
                  <button
                    type="button"
                    className="quiet icon"
                    aria-label={`Remove ${job.id}`}
                    onClick={() => address.set({ jobs: ids.filter((id) => id !== job.id).join(',') })}
                  >
                    ×
                  </button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
