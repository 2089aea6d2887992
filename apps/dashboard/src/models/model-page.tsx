import { calledModel, type Model } from '@distiller/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { formatBytes, formatValue } from '../charts/format.ts';
import { ContractFacts } from '../resources/contract-facts.tsx';
import { LayersTable } from '../resources/layers-table.tsx';
import { service } from '../service/service.ts';
import { Answer } from '../shell/states.tsx';
import { Time } from '../shell/time.tsx';
import { useTitle } from '../shell/use-title.ts';
import { Lineage } from './lineage.tsx';
import { ModelNames } from './model-names.tsx';

export function ModelPage({ id }: { id: string }) {
  useTitle(id);
  const model = useQuery({ queryKey: ['model', id], queryFn: () => service.models.get(id) });
  return (
    <div className="page">
      <Answer query={model} what={id}>
        {(found) => (
          <>
            <header className="job-header">
              <div>
                <p className="crumbs">
                  <Link href="/models">Models</Link> / {found.observation.game}
                </p>
                <h1 className="mono">{calledModel(found) ?? found.id}</h1>
                <span className="muted">
                  {found.name !== null && <code>{found.id}</code>} made <Time at={found.created_at} />
                </span>
              </div>
              <div className="actions">
                <a className="button primary" href={service.models.url(found.id)}>
                  Download
                </a>
              </div>
            </header>
            <section className="card facts-card" aria-label="Held-out metrics">
              <dl className="facts">
                {Object.entries(found.metrics).map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>
                      <strong>{formatValue(value)}</strong>
                    </dd>
                  </div>
                ))}
                <div>
                  <dt>actions</dt>
                  <dd>{found.actions.join(', ')}</dd>
                </div>
              </dl>
            </section>
            <Lineage model={found} />
            <div className="columns">
              <Downloads model={found} />
              <ModelNames model={found} />
              <ContractFacts observation={found.observation} hash={found.contract_hash} />
              {found.student && <LayersTable table={found.student} />}
            </div>
          </>
        )}
      </Answer>
    </div>
  );
}

function Downloads({ model }: { model: Model }) {
  return (
    <section className="card" aria-labelledby="files-title">
      <h2 id="files-title">Files</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">file</th>
            <th scope="col" className="number">
              size
            </th>
            <th scope="col">sha256</th>
          </tr>
        </thead>
        <tbody>
          {model.files.map(({ name, bytes, sha256 }) => (
            <tr key={name}>
              <th scope="row">
                <a href={service.models.url(model.id, name)}>{name}</a>
              </th>
              <td className="number">{formatBytes(bytes)}</td>
              <td>
                <code title={sha256}>{sha256.slice(0, 16)}…</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
