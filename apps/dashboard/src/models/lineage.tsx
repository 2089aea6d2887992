import { type Model } from '@distiller/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { formatValue } from '../charts/format.ts';
import { lossName } from '../job/loss-name.ts';
import { useSummaries } from '../jobs/use-summaries.ts';
import { service } from '../service/service.ts';

interface Node {
  kind: string;
  name: string;
  href?: string;
  note?: string;
}

/** Where a model comes from and what was found of it: stages from left to right, as a list for who does not see the arrows. */
export function Lineage({ model }: { model: Model }) {
  const job = useQuery({ queryKey: ['job', model.job], queryFn: () => service.jobs.get(model.job) });
  const { jobs } = useSummaries();
  const judged = (jobs ?? []).filter(({ student_model: student }) => student === model.id);
  const { teacher, rollouts, labels } = job.data ?? {};
  const stages: [title: string, nodes: Node[]][] = [
    [
      'from',
      [
        ...(teacher ? [{ kind: 'teacher', name: teacher.name, href: `/teachers/${teacher.name}` }] : []),
        ...(rollouts ? [{ kind: 'rollouts', name: rollouts.name, href: `/rollouts?name=${rollouts.name}` }] : []),
        ...(labels ? [{ kind: 'labels', name: labels.name }] : []),
      ],
    ],
    ['by', [{ kind: 'job', name: model.job, href: `/jobs/${model.job}`, note: job.data ? lossName(job.data) : '' }]],
    ['made', [{ kind: 'model', name: model.id, note: `kl ${formatValue(model.metrics.kl)}` }]],
    [
      'used by',
      judged.slice(0, 6).map(({ id, kind, metrics }) => ({
        kind,
        name: id,
        href: `/jobs/${id}`,
        note: metrics['return_ratio'] ? `return_ratio ${formatValue(metrics['return_ratio'].last)}` : '',
      })),
    ],
  ];
  return (
    <section className="card" aria-labelledby="lineage-title">
      <h2 id="lineage-title">Lineage</h2>
      <ol className="lineage">
        {stages
          .filter(([, nodes]) => nodes.length > 0)
          .map(([title, nodes]) => (
            <li key={title}>
              <span className="stage">{title}</span>
              <ul>
                {nodes.map((node) => (
                  <li key={node.name} className="node">
                    <span className="muted">{node.kind}</span>
                    {node.href ? <Link href={node.href}>{node.name}</Link> : <span>{node.name}</span>}
                    {node.note && <span className="muted">{node.note}</span>}
                  </li>
                ))}
              </ul>
            </li>
          ))}
      </ol>
    </section>
  );
}
