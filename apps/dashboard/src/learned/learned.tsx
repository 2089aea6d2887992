import { type Job } from '@distiller/client';
import { Link } from 'wouter';
import { useSummaries } from '../jobs/use-summaries.ts';
import { Empty, Loading } from '../shell/states.tsx';
import { isFinal } from '../job/is-final.ts';
import { ReportView } from './report-view.tsx';

/** How the student behaves beside its teacher: an evaluation's findings, or those of the newest one of this job's model. */
export function Learned({ job }: { job: Job }) {
  if (job.kind === 'evaluation') return <OfEvaluation id={job.id} isOver={isFinal(job.status)} />;
  if (!job.model) return <Empty title="There is no student yet.">It is judged when it is there.</Empty>;
  return <OfModel job={job} model={job.model} />;
}

function OfEvaluation({ id, isOver }: { id: string; isOver: boolean }) {
  if (!isOver) return <Empty title="The evaluation is not over.">Its findings are shown when it is.</Empty>;
  return <ReportView jobId={id} />;
}

function OfModel({ job, model }: { job: Job; model: string }) {
  const { jobs } = useSummaries();
  if (!jobs) return <Loading what="evaluations" />;
  const judged = jobs.filter(({ kind, student_model: student }) => kind === 'evaluation' && student === model);
  const newest = judged.find(({ status }) => status === 'succeeded');
  const query = new URLSearchParams({
    kind: 'evaluation',
    teacher: job.teacher?.name ?? '',
    'student.model': model,
    ...(job.rollouts && { rollouts: job.rollouts.name }),
  });
  const evaluate = (
    <Link href={`/new?${query}`} className="button">
      Evaluate the student
    </Link>
  );
  if (!newest) {
    return (
      <Empty title={judged.length > 0 ? 'An evaluation is on its way.' : 'The student has not been evaluated.'}>
        {judged.map(({ id }) => (
          <Link key={id} href={`/jobs/${id}`}>
            {id}
          </Link>
        ))}{' '}
        {evaluate}
      </Empty>
    );
  }
  return (
    <>
      <p className="learned-head">
        From <Link href={`/jobs/${newest.id}`}>{newest.id}</Link>
        {judged.length > 1 && `, the newest of ${judged.length} evaluations`}. {evaluate}
      </p>
      <ReportView jobId={newest.id} />
    </>
  );
}
