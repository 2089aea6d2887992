import { Link } from 'wouter';
import { formatBytes, formatValue } from '../charts/format.ts';
import { useAll } from '../resources/use-all.ts';
import { service } from '../service/service.ts';
import { Answer, Empty } from '../shell/states.tsx';
import { Time } from '../shell/time.tsx';
import { useTitle } from '../shell/use-title.ts';

export function ModelsPage() {
  useTitle('Models');
  const models = useAll('models', service.models.list);
  return (
    <div className="page">
      <header className="page-title">
        <h1>Models</h1>
        <p className="muted">Students, as their jobs have made them.</p>
      </header>
      <Answer query={models} what="models">
        {(items) =>
          items.length === 0 ? (
            <Empty title="No models yet.">
              A distillation that succeeds makes one: <Link href="/new">submit a job</Link>.
            </Empty>
          ) : (
            <div className="scroll card" tabIndex={0} role="region" aria-label="Models">
              <table>
                <thead>
                  <tr>
                    <th scope="col">model</th>
                    <th scope="col">game</th>
                    <th scope="col" className="number">
                      parameters
                    </th>
                    <th scope="col" className="number">
                      kl
                    </th>
                    <th scope="col" className="number">
                      action_error
                    </th>
                    <th scope="col" className="number">
                      jacobian_error
                    </th>
                    <th scope="col">made</th>
                    <th scope="col">download</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((model) => (
                    <tr key={model.id}>
                      <th scope="row">
                        <Link href={`/models/${model.id}`} className="mono">
                          {model.id}
                        </Link>
                      </th>
                      <td>{model.observation.game}</td>
                      <td className="number">{model.student?.parameter_count.toLocaleString('en') ?? '–'}</td>
                      <td className="number">{formatValue(model.metrics.kl)}</td>
                      <td className="number">{formatValue(model.metrics.action_error)}</td>
                      <td className="number">{formatValue(model.metrics.jacobian_error)}</td>
                      <td>
                        <Time at={model.created_at} short />
                      </td>
                      <td>
                        {model.files
                          .filter(({ name }) => name === 'student')
                          .map(({ name, bytes }) => (
                            <a key={name} href={service.models.url(model.id, name)}>
                              safetensors <span className="muted">{formatBytes(bytes)}</span>
                            </a>
                          ))}
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
