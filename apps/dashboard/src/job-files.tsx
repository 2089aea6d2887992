import { type Job } from '@distiller/client';

/** What a job has made to be looked at: pictures and videos in place, everything to be downloaded. */
export function JobFiles({ job }: { job: Job }) {
  if (job.files.length === 0) return null;
  return (
    <section aria-labelledby="files-title" className="files">
      <h3 id="files-title">Files</h3>
      {job.files.map(({ name, media_type: type, bytes }) => {
        const url = `/v1/jobs/${job.id}/files/${name}`;
        return (
          <figure key={name}>
            {type.startsWith('video/') && <video controls preload="metadata" src={url} aria-label={name} />}
            {type.startsWith('image/') && <img src={url} alt={`${name} of ${job.id}`} />}
            <figcaption>
              <a href={url}>{name}</a> ({Math.ceil(bytes / 1024)} KB)
            </figcaption>
          </figure>
        );
      })}
    </section>
  );
}
