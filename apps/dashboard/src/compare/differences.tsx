import { type Job } from '@distiller/client';
import { flatten, showJson } from '../job/spec-diff.ts';
import { differingFields } from './group-jobs.ts';

/** The fields in which the jobs are not the same, a column a job. */
export function Differences({ jobs }: { jobs: readonly Job[] }) {
  const fields = differingFields(jobs);
  const specs = jobs.map(({ spec }) => flatten(spec));
  return (
    <section aria-labelledby="differences-title">
      <h2 id="differences-title">Differences</h2>
      {fields.length === 0 ? (
        <p className="placeholder">
          {jobs.length < 2 ? 'Choose another job.' : 'They were asked for in the same words.'}
        </p>
      ) : (
        <div className="scroll card" tabIndex={0} role="region" aria-label="Differences, table">
          <table className="diff">
            <thead>
              <tr>
                <th scope="col">field</th>
                {jobs.map(({ id }) => (
                  <th scope="col" key={id} className="mono" title={id}>
                    …{id.slice(-6)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {fields.map((path) => (
                <tr key={path}>
                  <th scope="row" className="mono">
                    {path}
                  </th>
                  {specs.map((spec, index) => (
                    <td key={jobs[index]?.id} className="mono">
                      {showJson(spec.get(path))}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
