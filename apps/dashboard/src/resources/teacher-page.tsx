import { type Teacher } from '@distiller/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { formatBytes, formatValue } from '../charts/format.ts';
import { service } from '../service/service.ts';
import { Answer } from '../shell/states.tsx';
import { Time } from '../shell/time.tsx';
import { useTitle } from '../shell/use-title.ts';
import { ContractFacts } from './contract-facts.tsx';
import { LayersTable } from './layers-table.tsx';

export function TeacherPage({ id }: { id: string }) {
  useTitle(id);
  const teacher = useQuery({ queryKey: ['teacher', id], queryFn: () => service.teachers.get(id) });
  return (
    <div className="page">
      <Answer query={teacher} what={id}>
        {(found) => (
          <>
            <header className="job-header">
              <div>
                <p className="crumbs">
                  <Link href="/teachers">Teachers</Link> / {found.observation.game}
                </p>
                <h1>{found.name}</h1>
                <span className="mono muted">{found.id}</span>
              </div>
              <div className="actions">
                <Link className="button" href={`/new?kind=recording&teacher=${found.name}`}>
                  Record play
                </Link>
                <Link className="button primary" href={`/new?kind=distillation&teacher=${found.name}`}>
                  Distil
                </Link>
              </div>
            </header>
            <Facts teacher={found} />
            <div className="columns">
              <VerificationCard teacher={found} />
              <ContractFacts observation={found.observation} hash={found.contract_hash} />
              <LayersTable table={found.network} />
            </div>
          </>
        )}
      </Answer>
    </div>
  );
}

function Facts({ teacher }: { teacher: Teacher }) {
  const { return: measured } = teacher;
  return (
    <section className="card facts-card" aria-label="Facts">
      <dl className="facts">
        <div>
          <dt>format</dt>
          <dd>{teacher.source.format}</dd>
        </div>
        <div>
          <dt>weights</dt>
          <dd>
            {formatBytes(teacher.weights.bytes)}, sha256 <code>{teacher.weights.sha256.slice(0, 12)}</code>
          </dd>
        </div>
        <div>
          <dt>return</dt>
          <dd>
            {measured
              ? `${formatValue(measured.mean)} ± ${formatValue(measured.std)} over ${measured.episodes} episodes`
              : 'not stated'}
          </dd>
        </div>
        <div>
          <dt>actions</dt>
          <dd>{teacher.actions.join(', ')}</dd>
        </div>
        <div>
          <dt>registered</dt>
          <dd>
            <Time at={teacher.created_at} />
          </dd>
        </div>
        {teacher.provenance && (
          <div>
            <dt>provenance</dt>
            <dd>{teacher.provenance}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

/** What was seen when the file was read: whoever has the original runs it on the same frames. */
function VerificationCard({ teacher: { verification, actions } }: { teacher: Teacher }) {
  if (!verification) return null;
  const { largest_difference: difference, frames, logits, remarks } = verification;
  return (
    <section className="card" aria-labelledby="verification-title">
      <h2 id="verification-title">Verification</h2>
      <p>
        {typeof difference === 'number'
          ? `Agrees with the reference that was given: the largest difference of the logits is ${difference.toExponential(1)} of the largest of them.`
          : 'No reference was given to hold it against. Below is what it answers on frames that a formula makes.'}
      </p>
      <p className="muted">
        Frames: <code>{frames}</code>
      </p>
      {remarks.length > 0 && (
        <ul>
          {remarks.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
      <div className="scroll" tabIndex={0} role="region" aria-label="Logits on the frames">
        <table>
          <thead>
            <tr>
              <th scope="col">frame</th>
              {actions.map((action) => (
                <th scope="col" key={action} className="number">
                  {action}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {logits.map((row, index) => (
              <tr key={row.join()}>
                <th scope="row">{index}</th>
                {row.map((logit, action) => (
                  <td key={actions[action]} className="number">
                    {formatValue(logit)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
