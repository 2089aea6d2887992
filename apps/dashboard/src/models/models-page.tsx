import { calledModel } from '@distiller/client';
import { Link } from 'wouter';
import { formatBytes, formatValue } from '../charts/format.ts';
import { ListPage } from '../resources/list-page.tsx';
import { useAll } from '../resources/use-all.ts';
import { service } from '../service/service.ts';
import { Time } from '../shell/time.tsx';

export function ModelsPage() {
  const models = useAll('models', service.models.list);
  return (
    <ListPage
      title="Models"
      lead="Students, as their jobs have made them."
      query={models}
      empty={
        <>
          A distillation that succeeds makes one: <Link href="/new">submit a job</Link>.
        </>
      }
      headings={[
        'model',
        'name',
        'game',
        { number: 'parameters' },
        { number: 'kl' },
        { number: 'action_error' },
        { number: 'jacobian_error' },
        'made',
        'download',
      ]}
      row={(model) => (
        <tr key={model.id}>
          <th scope="row">
            <Link href={`/models/${model.id}`} className="mono">
              {model.id}
            </Link>
          </th>
          <td>
            {calledModel(model)} <span className="muted">{model.aliases.join(', ')}</span>
          </td>
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
      )}
    />
  );
}
