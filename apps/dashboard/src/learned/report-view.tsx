import { useQuery } from '@tanstack/react-query';
import { service } from '../service/service.ts';
import { Answer, Empty } from '../shell/states.tsx';
import { Confusion } from './confusion.tsx';
import { FrameProbabilities } from './frame-probabilities.tsx';
import { PlayTable } from './play-table.tsx';
import { type Report } from './report.ts';

const PICTURES = {
  'saliency-action.png': "Where both look for the teacher's action",
  'saliency-all.png': 'Where both look, over all actions',
};

export function ReportView({ jobId }: { jobId: string }) {
  const job = useQuery({ queryKey: ['job', jobId], queryFn: () => service.jobs.get(jobId) });
  const names = job.data?.files.map(({ name }) => name);
  const report = useQuery({
    queryKey: ['report', jobId],
    queryFn: async () => {
      const { bytes } = await service.downloadJobFile(jobId, 'report.json');
      return JSON.parse(new TextDecoder().decode(bytes)) as Report;
    },
    enabled: names?.includes('report.json') ?? false,
    staleTime: Infinity,
  });
  if (names && !names.includes('report.json')) return <Empty title="The job has left no report." />;
  return (
    <Answer query={report} what="the report">
      {(found) => <Found report={found} jobId={jobId} names={names ?? []} />}
    </Answer>
  );
}

function Found({ report, jobId, names }: { report: Report; jobId: string; names: string[] }) {
  const pictures = Object.entries(PICTURES).filter(([name]) => names.includes(name));
  return (
    <div className="learned">
      <PlayTable report={report} />
      {report.held_out && <Confusion heldOut={report.held_out} actions={report.actions} />}
      {report.saliency && <FrameProbabilities saliency={report.saliency} actions={report.actions} />}
      {pictures.length > 0 && (
        <section className="card wide" aria-labelledby="saliency-title">
          <h2 id="saliency-title">Where both look</h2>
          <p className="muted">The size of the Jacobian over the frame: teacher, student, and their difference.</p>
          {pictures.map(([name, meaning]) => (
            <figure key={name} className="picture">
              <img src={service.jobs.fileUrl(jobId, name)} alt={`${meaning}: a row for each of the frames above`} />
              <figcaption>{meaning}</figcaption>
            </figure>
          ))}
        </section>
      )}
      {names.includes('video.mp4') && (
        <section className="card wide" aria-labelledby="video-title">
          <h2 id="video-title">Side by side</h2>
          {report.video && (
            <p className="muted">
              Teacher and student play the same game (seed {report.video.seed}): returns {report.video.teacher_return}{' '}
              and {report.video.student_return} in {report.video.seconds.toFixed(0)} s.
            </p>
          )}
          <video
            controls
            preload="metadata"
            src={service.jobs.fileUrl(jobId, 'video.mp4')}
            aria-label="Teacher and student at play, side by side"
          />
        </section>
      )}
    </div>
  );
}
