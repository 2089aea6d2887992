const SIGNS: Record<string, [sign: string, tone: string]> = {
  validating: ['◌', 'neutral'],
  queued: ['◷', 'neutral'],
  running: ['▶', 'busy'],
  pausing: ['‖', 'warn'],
  paused: ['‖', 'warn'],
  cancelling: ['◼', 'warn'],
  succeeded: ['✓', 'good'],
  failed: ['✕', 'bad'],
  cancelled: ['◻', 'neutral'],
  pending: ['◷', 'neutral'],
  idle: ['◌', 'neutral'],
  busy: ['▶', 'busy'],
  draining: ['‖', 'warn'],
  lost: ['✕', 'bad'],
};

/** A status, told by a sign and a word as well as by its colour. */
export function StatusBadge({ status }: { status: string }) {
  const [sign, tone] = SIGNS[status] ?? ['·', 'neutral'];
  return (
    <span className={`badge ${tone}`}>
      <span aria-hidden="true">{sign}</span> {status}
    </span>
  );
}
