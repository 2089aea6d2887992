import { formatValue } from '../charts/format.ts';
import { type Estimate, type Player, type PlayReport, type Report } from './report.ts';

export function PlayTable({ report }: { report: Report }) {
  return (
    <section className="card" aria-labelledby="play-title">
      <h2 id="play-title">Play</h2>
      <p className="muted">
        {report.episodes} episodes each of {report.game}, actions {report.acting}, the same seeds; 95 % intervals.
      </p>
      {report.play.map((play) => (
        <OnePlay key={play.sticky_action_probability} play={play} />
      ))}
    </section>
  );
}

function OnePlay({ play }: { play: PlayReport }) {
  const { sticky_action_probability: sticky, teacher, student, random, return_ratio: ratio } = play;
  const players: [string, Player][] = [
    ['teacher', teacher],
    ['student', student],
    ...(random ? [['random', random] as [string, Player]] : []),
  ];
  const highest = Math.max(...players.flatMap(([, { mean }]) => [mean.high ?? mean.value]), 1e-9);
  return (
    <>
      <h3>
        {sticky > 0 ? `Sticky actions (${sticky})` : 'No sticky actions'}
        {ratio && <span className="muted"> return_ratio {estimate(ratio)}</span>}
      </h3>
      <table>
        <thead>
          <tr>
            <th scope="col">who</th>
            <th scope="col">mean return</th>
            <th scope="col">IQM</th>
            <th scope="col">median</th>
            <th scope="col">
              <span className="unseen">mean, drawn</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {players.map(([name, { mean, iqm, median }]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{estimate(mean)}</td>
              <td>{formatValue(iqm.value)}</td>
              <td>{formatValue(median.value)}</td>
              <td>
                <Bar share={mean.value / highest} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Bar({ share }: { share: number }) {
  return (
    <svg width="120" height="10" aria-hidden="true" className="bar">
      <rect width={Math.max(1, 120 * Math.min(1, Math.max(0, share)))} height="10" rx="2" />
    </svg>
  );
}

function estimate({ value, low, high }: Estimate): string {
  const interval = low === null || high === null ? '' : ` (${formatValue(low)} to ${formatValue(high)})`;
  return formatValue(value) + interval;
}
