import { type JobStatus } from '@distiller/client';

const SIGNS: Record<JobStatus, string> = {
  validating: '?',
  queued: '…',
  running: '▶',
  pausing: '‖',
  paused: '‖',
  cancelling: '◼',
  succeeded: '✓',
  failed: '✕',
  cancelled: '◻',
};

/** A status, told by a sign and a word as well as by its colour. */
export function StatusBadge({ status }: { status: JobStatus }) {
  return (
    <span className={`status ${status}`}>
      <span aria-hidden="true">{SIGNS[status]}</span> {status}
    </span>
  );
}
