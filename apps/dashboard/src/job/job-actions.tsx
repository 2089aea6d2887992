import { type Job } from '@distiller/client';
import { useRef } from 'react';
import { service } from '../service/service.ts';
import { useDoing } from '../shell/use-doing.ts';
import { isFinal } from './is-final.ts';

type Verb = 'cancel' | 'pause' | 'resume' | 'retry';

const DONE: Record<Verb, string> = {
  cancel: 'The job is being cancelled.',
  pause: 'The job is being paused.',
  resume: 'The job goes on.',
  retry: 'The job was submitted again.',
};

/** What may be done to the job as it is now. */
function legalVerbs(status: string): Verb[] {
  switch (status) {
    case 'queued':
    case 'running':
      return ['pause', 'cancel'];
    case 'paused':
      return ['resume', 'cancel'];
    case 'failed':
    case 'cancelled':
      return ['retry'];
    default:
      return isFinal(status) || status === 'cancelling' ? [] : ['cancel'];
  }
}

export function JobActions({ job }: { job: Job }) {
  const act = useDoing(
    (verb: Verb) => service.jobs[verb](job.id),
    (verb) => DONE[verb],
  );
  const verbs = legalVerbs(job.status);
  return (
    <>
      {(['pause', 'resume', 'retry'] as const)
        .filter((verb) => verbs.includes(verb))
        .map((verb) => (
          <button key={verb} type="button" disabled={act.isPending} onClick={() => act.mutate(verb)}>
            {verb[0]?.toUpperCase() + verb.slice(1)}
          </button>
        ))}
      {verbs.includes('cancel') && (
        <CancelButton id={job.id} isBusy={act.isPending} onCancel={() => act.mutate('cancel')} />
      )}
    </>
  );
}

/** A cancelled job does not come back: it is asked once more. */
function CancelButton({ id, isBusy, onCancel }: { id: string; isBusy: boolean; onCancel: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" className="danger" disabled={isBusy} onClick={() => dialog.current?.showModal()}>
        Cancel
      </button>
      <dialog
        ref={dialog}
        className="dialog"
        aria-labelledby="cancel-title"
        onClose={(event) => {
          if (event.currentTarget.returnValue === 'yes') onCancel();
          event.currentTarget.returnValue = '';
        }}
      >
        <h2 id="cancel-title">Cancel this job?</h2>
        <p>
          <span className="mono">{id}</span> stops at its next step, and makes no model.
        </p>
        <form method="dialog" className="dialog-end">
          <button value="no" autoFocus>
            Keep it
          </button>
          <button value="yes" className="danger">
            Cancel the job
          </button>
        </form>
      </dialog>
    </>
  );
}
