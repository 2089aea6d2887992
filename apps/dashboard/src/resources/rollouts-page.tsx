import { Link } from 'wouter';
import { formatBytes, formatValue } from '../charts/format.ts';
import { service } from '../service/service.ts';
import { Time } from '../shell/time.tsx';
import { useAddress } from '../shell/use-address.ts';
import { ListPage } from './list-page.tsx';
import { RolloutsForm } from './rollouts-form.tsx';
import { useAll } from './use-all.ts';

export function RolloutsPage() {
  const rollouts = useAll('rollouts', service.rollouts.list);
  const named = useAddress().get('name');
  return (
    <ListPage
      title="Rollouts"
      lead="Recorded play that students are trained and judged on."
      query={rollouts}
      empty={
        <>
          Register a file above, or <Link href="/new?kind=recording">record play</Link>.
        </>
      }
      headings={[
        'name',
        'game',
        { number: 'frames' },
        { number: 'episodes' },
        { number: 'mean return' },
        { number: 'size' },
        'made by',
        'registered',
        { unseen: 'Use' },
      ]}
      above={
        <details className="card form-card">
          <summary>Register rollouts</summary>
          <RolloutsForm />
        </details>
      }
      row={(one) => (
        <tr key={one.id} className={one.name === named ? 'selected' : ''}>
          <th scope="row">{one.name}</th>
          <td>{one.observation.game}</td>
          <td className="number">{one.frames.toLocaleString('en')}</td>
          <td className="number">{one.episodes.toLocaleString('en')}</td>
          <td className="number">{formatValue(one.mean_return)}</td>
          <td className="number">{formatBytes(one.file.bytes)}</td>
          <td>{one.job ? <Link href={`/jobs/${one.job}`}>a job</Link> : 'upload'}</td>
          <td>
            <Time at={one.created_at} short />
          </td>
          <td>
            <Link href={`/new?kind=distillation&rollouts=${one.name}`} aria-label={`Distil on ${one.name}`}>
              distil
            </Link>
          </td>
        </tr>
      )}
    />
  );
}
