import { type Job } from '@distiller/client';
import { formatBytes } from '../charts/format.ts';
import { service } from '../service/service.ts';

export function JobFiles({ job }: { job: Job }) {
  if (job.files.length === 0 && !job.model) return <p className="placeholder">The job has made no files.</p>;
  return (
    <ul className="files card">
      {job.model && (
        <li>
          <a href={service.models.url(job.model)}>student.safetensors</a> <span className="muted">the model</span>
        </li>
      )}
      {job.files.map(({ name, bytes, sha256 }) => (
        <li key={name}>
          <a href={service.jobs.fileUrl(job.id, name)}>{name}</a>{' '}
          <span className="muted">
            {formatBytes(bytes)}, sha256 <code>{sha256.slice(0, 12)}</code>
          </span>
        </li>
      ))}
    </ul>
  );
}
