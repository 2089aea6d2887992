import { calledModel, type Lineage, type Model } from '@distiller/client';
import { renderTable } from '../table.ts';

const kl = ({ metrics }: Model): string => metrics['kl']?.toPrecision(3) ?? '';

export function modelTable(models: readonly Model[]): string[] {
  const rows = models.map((model) => [
    model.id,
    calledModel(model) ?? '',
    model.aliases.join(' '),
    model.observation.game,
    String(model.student?.parameter_count ?? ''),
    kl(model),
    model.job,
  ]);
  return renderTable(['id', 'name', 'aliases', 'game', 'parameters', 'kl', 'job'], rows);
}

export function describeModel(model: Model): string[] {
  const { id, job, checkpoint_step: step, aliases, observation, student, metrics, files } = model;
  const measured = Object.entries(metrics).filter(([, value]) => typeof value === 'number') as [string, number][];
  return [
    `${calledModel(model) ?? id} (${id})`,
    `of job ${job}${step === null ? '' : `, as it was after step ${step}`}`,
    ...(aliases.length > 0 ? [`aliases ${aliases.join(' ')}`] : []),
    `${observation.game}, ${student?.parameter_count.toLocaleString('en') ?? '?'} parameters`,
    ...measured.map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`),
    ...renderTable(
      ['file', 'bytes', 'sha256'],
      files.map(({ name, bytes, sha256 }) => [name, String(bytes), sha256.slice(0, 12)]),
    ),
  ];
}

/** A line for each thing, the model first, with what it was made by or of. */
export function lineageTable({ nodes, edges, is_whole: isWhole }: Lineage): string[] {
  const rows = nodes.map(({ id, kind, name, sha256 }) => [
    kind,
    id,
    name ?? '',
    sha256?.slice(0, 12) ?? '',
    edges
      .filter(({ to }) => to === id)
      .map(({ from, role }) => `${role} ${from}`)
      .join(', '),
  ]);
  const table = renderTable(['kind', 'id', 'name', 'sha256', 'from'], rows);
  return isWhole ? table : [...table, 'There is more than is shown here.'];
}
