import { type Job, type SweepChild } from '@distiller/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { formatValue } from '../charts/format.ts';
import { MAX_SELECTED } from '../jobs/table-state.ts';
import { ListTable } from '../resources/list-table.tsx';
import { service } from '../service/service.ts';
import { Answer, Empty } from '../shell/states.tsx';
import { StatusBadge } from '../shell/status-badge.tsx';
import { isFinal } from './is-final.ts';
import { bestFirst, variedPaths } from './sweep-order.ts';

const REFRESH_MS = 3_000;

/** What a sweep has tried, the best first. */
export function SweepChildren({ job }: { job: Job }) {
  const children = useQuery({
    queryKey: ['children', job.id],
    queryFn: async () => (await service.jobs.children(job.id)).data,
    refetchInterval: isFinal(job.status) ? false : REFRESH_MS,
  });
  return (
    <Answer query={children} what="its jobs">
      {(rows) => (rows.length === 0 ? <Empty title="It has no jobs yet." /> : <Children job={job} rows={rows} />)}
    </Answer>
  );
}

function Children({ job: { sweep }, rows }: { job: Job; rows: readonly SweepChild[] }) {
  const { metric = 'kl', goal = 'minimize', best = null } = sweep ?? {};
  const sorted = bestFirst(rows, goal);
  const paths = variedPaths(rows);
  const compared = sorted.slice(0, MAX_SELECTED).map(({ job_id }) => job_id);
  return (
    <>
      <p>
        <Link href={`/compare?jobs=${compared.join(',')}`}>
          Compare {rows.length > compared.length ? `the best ${compared.length}` : 'all'}
        </Link>{' '}
        <span className="muted">
          {goal === 'minimize' ? 'The lowest' : 'The highest'} {metric} is best.
        </span>
      </p>
      <ListTable
        label="Jobs of the sweep"
        headings={['job', ...paths, 'status', { number: 'steps' }, { number: metric }]}
      >
        {sorted.map((child) => (
          <tr key={child.job_id}>
            <th scope="row">
              <Link href={`/jobs/${child.job_id}`}>no. {child.index + 1}</Link>
              {child.job_id === best?.job_id && ' ★ best'}
            </th>
            {paths.map((path) => (
              <td key={path}>{valueAt(child, path)}</td>
            ))}
            <td>
              <StatusBadge status={child.status} />
              {child.halved && ' others were better'}
              {child.held_for && ` waits for ${WAITS[child.held_for]}`}
              {child.error && ` ${child.error}`}
            </td>
            <td className="number">
              {child.step} of {child.stop_at_step ?? child.total_steps}
            </td>
            <td className="number">{formatValue(child.value)}</td>
          </tr>
        ))}
      </ListTable>
    </>
  );
}

const WAITS = {
  labels: 'its labels',
  turn: 'its turn',
  rung: 'the others at this rung',
  sweep: 'the sweep',
} as const;

function valueAt({ point }: SweepChild, path: string): string {
  const value = point[path];
  return typeof value === 'number' ? formatValue(value) : typeof value === 'string' ? value : JSON.stringify(value);
}
