import { formatValue } from '../charts/format.ts';
import { type HeldOut } from './report.ts';

/** Whose likeliest action is which: what the student does where the teacher does something else. */
export function Confusion({ heldOut, actions }: { heldOut: HeldOut; actions: string[] }) {
  const { confusion, frames, action_error: error, kl, jacobian_error: jacobian } = heldOut;
  return (
    <section className="card" aria-labelledby="confusion-title">
      <h2 id="confusion-title">Likeliest actions on held-out frames</h2>
      <p className="muted">
        They agree on {((1 - error) * 100).toFixed(1)} % of {frames} frames; kl {formatValue(kl)}, jacobian_error{' '}
        {formatValue(jacobian)}. Shares are of the teacher's row.
      </p>
      <div className="scroll" tabIndex={0} role="region" aria-label="Confusion matrix">
        <table className="confusion">
          <thead>
            <tr>
              <th scope="col">teacher ↓ student →</th>
              {actions.map((action) => (
                <th scope="col" key={action}>
                  {action}
                </th>
              ))}
              <th scope="col">frames</th>
            </tr>
          </thead>
          <tbody>
            {confusion.map((row, index) => (
              <Row key={actions[index]} row={row} index={index} actions={actions} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ row, index, actions }: { row: number[]; index: number; actions: string[] }) {
  const total = row.reduce((sum, count) => sum + count, 0);
  return (
    <tr>
      <th scope="row">{actions[index]}</th>
      {row.map((count, column) => {
        const share = total > 0 ? count / total : 0;
        return (
          <td
            key={actions[column]}
            className={column === index ? 'diagonal' : ''}
            style={{ '--share': `${(share * 55).toFixed(1)}%` } as React.CSSProperties}
            title={`${count} frames: teacher ${actions[index]}, student ${actions[column]}`}
          >
            {count === 0 ? '·' : `${(share * 100).toFixed(0)} %`}
          </td>
        );
      })}
      <td>{total}</td>
    </tr>
  );
}
