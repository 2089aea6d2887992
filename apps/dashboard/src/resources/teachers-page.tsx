import { Link } from 'wouter';
import { formatValue } from '../charts/format.ts';
import { service } from '../service/service.ts';
import { Time } from '../shell/time.tsx';
import { ListPage } from './list-page.tsx';
import { TeacherForm } from './teacher-form.tsx';
import { useAll } from './use-all.ts';

export function TeachersPage() {
  const teachers = useAll('teachers', service.teachers.list);
  return (
    <ListPage
      title="Teachers"
      lead="Trained policies that students imitate."
      query={teachers}
      empty={
        <>
          Register one above, or with <code>distill teachers import</code>.
        </>
      }
      headings={['name', 'game', 'format', { number: 'parameters' }, 'return', 'reference', 'registered']}
      above={
        <details className="card form-card">
          <summary>Register a teacher</summary>
          <TeacherForm />
        </details>
      }
      row={(teacher) => (
        <tr key={teacher.id}>
          <th scope="row">
            <Link href={`/teachers/${teacher.name}`}>{teacher.name}</Link>
          </th>
          <td>{teacher.observation.game}</td>
          <td>{teacher.source.format}</td>
          <td className="number">{teacher.network.parameter_count.toLocaleString('en')}</td>
          <td>{teacher.return ? `${formatValue(teacher.return.mean)} ± ${formatValue(teacher.return.std)}` : '–'}</td>
          <td>{referenceText(teacher.verification?.largest_difference)}</td>
          <td>
            <Time at={teacher.created_at} short />
          </td>
        </tr>
      )}
    />
  );
}

const referenceText = (difference: number | null | undefined): string =>
  typeof difference === 'number' ? `agrees to ${difference.toExponential(1)}` : 'none given';
