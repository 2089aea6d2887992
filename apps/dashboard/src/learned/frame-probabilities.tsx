import { type FrameReport, type Report } from './report.ts';

/** What both would do on single frames, side by side. */
export function FrameProbabilities({
  saliency,
  actions,
}: {
  saliency: NonNullable<Report['saliency']>;
  actions: string[];
}) {
  const source = saliency.source === 'rollouts' ? 'held-out frames' : "frames of the teacher's own play";
  return (
    <section className="card wide" aria-labelledby="frames-title">
      <h2 id="frames-title">Action probabilities, frame by frame</h2>
      <p className="muted">
        On {source}. <span className="key teacher" /> teacher <span className="key student" /> student
      </p>
      <div className="frames">
        {saliency.frames.map((frame) => (
          <Frame key={frame.frame} frame={frame} actions={actions} />
        ))}
      </div>
    </section>
  );
}

function Frame({ frame: { frame, teacher, student }, actions }: { frame: FrameReport; actions: string[] }) {
  return (
    <table className="frame">
      <caption>frame {frame}</caption>
      <thead className="unseen">
        <tr>
          <th scope="col">action</th>
          <th scope="col">drawn</th>
          <th scope="col">teacher and student</th>
        </tr>
      </thead>
      <tbody>
        {actions.map((action, index) => (
          <tr key={action}>
            <th scope="row">{action}</th>
            <td>
              <svg width="84" height="14" aria-hidden="true">
                <rect className="teacher" width={84 * (teacher[index] ?? 0)} height="6" />
                <rect className="student" y="8" width={84 * (student[index] ?? 0)} height="6" />
              </svg>
            </td>
            <td className="number">
              {percent(teacher[index])} / {percent(student[index])}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const percent = (share = 0): string => `${(share * 100).toFixed(0)} %`;
