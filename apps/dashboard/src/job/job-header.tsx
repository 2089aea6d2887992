import { type Job } from '@distiller/client';
import { Link } from 'wouter';
import { service } from '../service/service.ts';
import { StatusBadge } from '../shell/status-badge.tsx';
import { JobActions } from './job-actions.tsx';
import { lossName } from './loss-name.ts';

export function JobHeader({ job }: { job: Job }) {
  return (
    <header className="job-header">
      <div>
        <p className="crumbs">
          <Link href="/">Jobs</Link> / {lossName(job)}
          {job.teacher && (
            <>
              {' of '}
              <Link href={`/teachers/${job.teacher.name}`}>{job.teacher.name}</Link>
            </>
          )}
        </p>
        <h1 className="mono" id="job-title">
          {job.id}
        </h1>
        <StatusBadge status={job.status} />
      </div>
      <div className="actions">
        {job.model && (
          <a className="button" href={service.models.url(job.model)}>
            Download the student
          </a>
        )}
        <Link className="button" href={`/new?from=${job.id}`}>
          Duplicate with edits
        </Link>
        <Link className="button" href={`/compare?jobs=${job.id}`}>
          Compare
        </Link>
        <JobActions job={job} />
      </div>
    </header>
  );
}
