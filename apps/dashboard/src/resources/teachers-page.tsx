import { Link } from 'wouter';
import { formatValue } from '../charts/format.ts';
import { service } from '../service/service.ts';
import { Answer, Empty } from '../shell/states.tsx';
import { Time } from '../shell/time.tsx';
import { useTitle } from '../shell/use-title.ts';
import { TeacherForm } from './teacher-form.tsx';
import { useAll } from './use-all.ts';

export function TeachersPage() {
  useTitle('Teachers');
  const teachers = useAll('teachers', service.teachers.list);
  return (
    <div className="page">
      <header className="page-title">
        <h1>Teachers</h1>
        <p className="muted">Trained policies that students imitate.</p>
      </header>
      <details className="card form-card">
        <summary>Register a teacher</summary>
        <TeacherForm />
      </details>
      <Answer query={teachers} what="teachers">
        {(items) =>
          items.length === 0 ? (
            <Empty title="No teachers yet.">
              Register one above, or with <code>distill teachers import</code>.
            </Empty>
          ) : (
            <div className="scroll card" tabIndex={0} role="region" aria-label="Teachers">
              <table>
                <thead>
                  <tr>
                    <th scope="col">name</th>
                    <th scope="col">game</th>
                    <th scope="col">format</th>
                    <th scope="col" className="number">
                      parameters
                    </th>
                    <th scope="col">return</th>
                    <th scope="col">reference</th>
                    <th scope="col">registered</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((teacher) => (
                    <tr key={teacher.id}>
                      <th scope="row">
                        <Link href={`/teachers/${teacher.name}`}>{teacher.name}</Link>
                      </th>
                      <td>{teacher.observation.game}</td>
                      <td>{teacher.source.format}</td>
                      <td className="number">{teacher.network.parameter_count.toLocaleString('en')}</td>
                      <td>
                        {teacher.return
                          ? `${formatValue(teacher.return.mean)} ± ${formatValue(teacher.return.std)}`
                          : '–'}
                      </td>
                      <td>{referenceText(teacher.verification?.largest_difference)}</td>
                      <td>
                        <Time at={teacher.created_at} short />
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

const referenceText = (difference: number | null | undefined): string =>
  typeof difference === 'number' ? `agrees to ${difference.toExponential(1)}` : 'none given';
