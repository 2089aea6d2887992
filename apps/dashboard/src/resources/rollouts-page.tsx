import { Link } from 'wouter';
import { formatBytes, formatValue } from '../charts/format.ts';
import { service } from '../service/service.ts';
import { Answer, Empty } from '../shell/states.tsx';
import { Time } from '../shell/time.tsx';
import { useAddress } from '../shell/use-address.ts';
import { useTitle } from '../shell/use-title.ts';
import { RolloutsForm } from './rollouts-form.tsx';
import { useAll } from './use-all.ts';

export function RolloutsPage() {
  useTitle('Rollouts');
  const rollouts = useAll('rollouts', service.rollouts.list);
  const named = useAddress().get('name');
  return (
    <div className="page">
      <header className="page-title">
        <h1>Rollouts</h1>
        <p className="muted">Recorded play that students are trained and judged on.</p>
      </header>
      <details className="card form-card">
        <summary>Register rollouts</summary>
        <RolloutsForm />
      </details>
      <Answer query={rollouts} what="rollouts">
        {(items) =>
          items.length === 0 ? (
            <Empty title="No rollouts yet.">
              Register a file above, or <Link href="/new?kind=recording">record play</Link>.
            </Empty>
          ) : (
            <div className="scroll card" tabIndex={0} role="region" aria-label="Rollouts">
              <table>
                <thead>
                  <tr>
                    <th scope="col">name</th>
                    <th scope="col">game</th>
                    <th scope="col" className="number">
                      frames
                    </th>
                    <th scope="col" className="number">
                      episodes
                    </th>
                    <th scope="col" className="number">
                      mean return
                    </th>
                    <th scope="col" className="number">
                      size
                    </th>
                    <th scope="col">made by</th>
                    <th scope="col">registered</th>
                    <th scope="col">
                      <span className="unseen">Use</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((one) => (
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
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answer>
    </div>
  );
}
