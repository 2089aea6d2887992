import { Link } from 'wouter';
import { formatBytes } from '../charts/format.ts';
import { ListPage } from '../resources/list-page.tsx';
import { useAll } from '../resources/use-all.ts';
import { service } from '../service/service.ts';
import { StatusBadge } from '../shell/status-badge.tsx';
import { Time } from '../shell/time.tsx';

export function WorkersPage() {
  const workers = useAll('workers', async () => ({
    data: await service.workers(),
    has_more: false,
    next_cursor: null,
  }));
  return (
    <ListPage
      title="Workers"
      lead="Who does the jobs: one at a time each, on its own engine."
      query={workers}
      empty="Jobs wait until one is started: npm start has one, docker/README.md says how to add more."
      headings={['worker', 'status', 'engine', 'device', { number: 'memory' }, 'kinds', 'job', 'since', 'last seen']}
      row={(worker) => (
        <tr key={worker.id}>
          <th scope="row">
            {worker.host ?? worker.id}
            {worker.pid !== null && <span className="muted"> {worker.pid}</span>}
          </th>
          <td>
            <StatusBadge status={worker.status} />
          </td>
          <td>{worker.engine}</td>
          <td>
            {worker.device}
            {worker.gpu_jobs_only && <span className="muted"> GPU jobs only</span>}
          </td>
          <td className="number">{formatBytes(worker.memory_bytes)}</td>
          <td>{worker.kinds.join(', ')}</td>
          <td>
            {worker.job ? (
              <Link href={`/jobs/${worker.job}`} className="mono">
                {worker.job}
              </Link>
            ) : (
              '–'
            )}
          </td>
          <td>
            <Time at={worker.started_at} short />
          </td>
          <td>
            <Time at={worker.last_seen} short />
          </td>
        </tr>
      )}
    />
  );
}
