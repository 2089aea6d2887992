import { type CancelMode } from '../jobs/stop.ts';
import { isFinal } from '../jobs/transitions.ts';
import { isAtRung, rungMoves } from './rung-moves.ts';
import { type MadeJob, type Move, type SweepState } from './sweep-state.ts';

/**
 * What is to be done next, by what is in the rows and nothing else: whoever asks, however often, after whatever crash, is told
 * the same. When it is done there may be more; nothing: the sweep waits for its children, or has ended.
 */
export function nextMoves(sweep: SweepState): Move[] {
  const untold = sweep.children.filter(({ status, place }) => isFinal(status) && place === null);
  // The end of the sweep itself is the last that is told of it.
  if (untold.length > 0 && !isFinal(sweep.status)) {
    return [
      { kind: 'tell', children: untold.sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0) || a.index - b.index) },
    ];
  }
  switch (sweep.status) {
    case 'validating':
    case 'paused':
      return [];
    case 'queued':
      return [{ kind: 'begin' }];
    case 'running':
      return isOver(sweep) ? endMoves(sweep) : firstOf(sweep, labelsMoves, rungMoves, turnMoves);
    case 'pausing':
      return isOver(sweep) ? endMoves(sweep) : pauseMoves(sweep);
    case 'cancelling':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return cancelMoves(sweep);
  }
}

function firstOf(sweep: SweepState, ...some: ((sweep: SweepState) => Move[])[]): Move[] {
  for (const moves of some) {
    const found = moves(sweep);
    if (found.length > 0) return found;
  }
  return [];
}

function openJobs({ children, labellings }: SweepState): MadeJob[] {
  return [...labellings, ...children].filter(({ status }) => !isFinal(status));
}

function hasFailed({ children, rules: { failures } }: SweepState): boolean {
  return failures !== null && children.filter(({ status }) => status === 'failed').length > failures;
}

/** No child will do any more. */
function isOver(sweep: SweepState): boolean {
  return hasFailed(sweep) || sweep.children.every(({ status }) => isFinal(status));
}

/** What is left is cancelled first; then the sweep ends. */
function endMoves(sweep: SweepState): Move[] {
  const open = openJobs(sweep);
  if (open.length > 0) {
    const left = open.filter(({ status }) => status !== 'cancelling');
    return left.map(({ id: job }) => ({ kind: 'cancel', job, mode: 'graceful', reason: 'sweep_over' }));
  }
  if (hasFailed(sweep)) return [{ kind: 'end', status: 'failed', code: 'too_many_failures' }];
  const isAny = sweep.children.some(({ status }) => status === 'succeeded');
  return isAny
    ? [{ kind: 'end', status: 'succeeded' }]
    : [{ kind: 'end', status: 'failed', code: 'no_child_succeeded' }];
}

/** A labelling that was held goes on; children whose labels are there, or cannot come any more, wait for their turn. */
function labelsMoves({ children, labellings }: SweepState): Move[] {
  const held = labellings.filter(({ status, heldFor }) => status === 'paused' && heldFor !== null);
  const ready = children.flatMap(({ id: job, status, heldFor, labellingId }): Move[] => {
    if (status !== 'paused' || heldFor !== 'labels') return [];
    const labelling = labellings.find(({ id }) => id === labellingId);
    if (labelling && !isFinal(labelling.status)) return [];
    return [{ kind: 'take_labels', job, labelsId: labelling?.labelsId ?? null }];
  });
  return [...held.map(({ id: job }): Move => ({ kind: 'resume', job })), ...ready];
}

/** As many of those that wait for their turn as there is room for. */
function turnMoves({ children, rules: { maxParallel } }: SweepState): Move[] {
  const busy = children.filter(({ status }) => status !== 'paused' && !isFinal(status));
  const waiting = children.filter(
    (child) => child.status === 'paused' && (child.heldFor === 'turn' || child.heldFor === 'sweep') && !isAtRung(child),
  );
  const room = Math.max(0, (maxParallel ?? Infinity) - busy.length);
  return waiting.slice(0, room).map(({ id: job }) => ({ kind: 'resume', job }));
}

function pauseMoves(sweep: SweepState): Move[] {
  const busy = openJobs(sweep).filter(({ status }) => status !== 'paused');
  if (busy.length === 0) return [{ kind: 'rest' }];
  const going = busy.filter(({ status }) => status === 'queued' || status === 'running');
  return going.map(({ id: job }) => ({ kind: 'pause', job }));
}

/** Also of a sweep that has ended and left children behind: its inputs were lost, or it was cancelled at rest. */
function cancelMoves(sweep: SweepState): Move[] {
  const open = openJobs(sweep);
  if (open.length === 0) return sweep.status === 'cancelling' ? [{ kind: 'end', status: 'cancelled' }] : [];
  const mode: CancelMode = sweep.stopMode === 'now' ? 'now' : 'graceful';
  const reason = sweep.stopReason ?? 'sweep_over';
  const asked = open.filter(
    ({ status, stopMode }) => status !== 'cancelling' || (mode === 'now' && stopMode !== 'now'),
  );
  return asked.map(({ id: job }) => ({ kind: 'cancel', job, mode, reason }));
}
