import { type JobEvent } from '@distiller/client';
import { Time } from '../shell/time.tsx';

/** The job's history, the newest first. */
export function EventsView({ events }: { events: readonly JobEvent[] }) {
  if (events.length === 0) return <p className="placeholder">Nothing has happened yet.</p>;
  return (
    <div className="scroll card" tabIndex={0} role="region" aria-label="Events">
      <table className="events">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">time</th>
            <th scope="col">type</th>
            <th scope="col">what</th>
          </tr>
        </thead>
        <tbody>
          {events.toReversed().map(({ seq, at, type, level, message }) => (
            <tr key={seq} className={level}>
              <th scope="row">{seq}</th>
              <td>
                <Time at={at} />
              </td>
              <td>
                {type}
                {level !== 'info' && <strong> ({level})</strong>}
              </td>
              <td className="wrap">{message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
