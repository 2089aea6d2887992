import { type Database, type Transaction } from '../database.ts';
import { type Locked, lockJob } from '../jobs/lock.ts';
import { moveJob } from '../jobs/move.ts';
import { cancelLocked, hasCheckpoint, pauseLocked, resumeLocked } from '../jobs/stop.ts';
import { isFinal } from '../jobs/transitions.ts';
import { endSweep } from './end-sweep.ts';
import { nextMoves } from './next-moves.ts';
import { type ReadSweep, readSweep } from './read-sweep.ts';
import { type Move } from './sweep-state.ts';
import { tellEnded } from './tell-ended.ts';

/** A round of moves after which there is still more to do is none that we know of: rather the next call than a loop. */
const MAX_ROUNDS = 10;

/**
 * Does whatever is to be done about a sweep now. Any process may call it at any time, and any number of them at once: the sweep's
 * row is locked, and what is to be done follows from the rows.
 * @returns ids of jobs that are queued by it
 */
export async function advanceSweep(database: Database, id: string): Promise<string[]> {
  const sweep = await readSweep(database, id);
  const isIdle = !sweep || (nextMoves(sweep).length === 0 && !hasMoved(sweep));
  return isIdle ? [] : database.$transaction((transaction) => advanceIn(transaction, id));
}

/** Locks the sweep first and its children then, so that two of these never wait for each other. */
async function advanceIn(transaction: Transaction, id: string): Promise<string[]> {
  const queued: string[] = [];
  await lockJob(transaction, id);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const sweep = await readSweep(transaction, id);
    if (!sweep) return [];
    const moves = nextMoves(sweep);
    for (const move of moves) await make(transaction, sweep, move);
    queued.push(...moves.flatMap((move) => (move.kind === 'resume' ? [move.job] : [])));
    if (moves.length === 0) {
      await recordSteps(transaction, sweep);
      break;
    }
  }
  return queued;
}

async function make(transaction: Transaction, sweep: ReadSweep, move: Move): Promise<void> {
  const { id } = sweep;
  switch (move.kind) {
    case 'begin':
      return moveJob(transaction, id, {
        ...{ from: 'queued', to: 'running', message: 'Running' },
        columns: { startedAt: sweep.startedAt ?? new Date() },
      });
    case 'tell':
      return tellEnded(transaction, sweep, move.children);
    case 'rest':
      return moveJob(transaction, id, {
        ...{ from: 'pausing', to: 'paused', message: 'Paused: no child is at work' },
        columns: { stopMode: null, stopReason: null, rate: null },
      });
    case 'end':
      return endSweep(transaction, sweep, move);
    default:
      return moveChild(transaction, sweep, move);
  }
}

type ChildMove = Exclude<Move, { kind: 'begin' | 'tell' | 'rest' | 'end' }>;

/** A child may have moved by itself since it was read: what no longer applies is left, and looked at anew. */
async function moveChild(transaction: Transaction, sweep: ReadSweep, move: ChildMove): Promise<void> {
  const child = await lockJob(transaction, move.job);
  if (!child) return;
  switch (move.kind) {
    case 'cancel':
      return cancelLocked(transaction, child, move);
    case 'pause': {
      const isGoing = child.status === 'queued' || child.status === 'running';
      const checkpoint = sweep.stopMode === 'latest' && (await hasCheckpoint(transaction, child)) ? 'latest' : 'save';
      return isGoing ? pauseLocked(transaction, child, { checkpoint, heldFor: 'sweep' }) : undefined;
    }
    case 'resume':
    case 'take_labels':
    case 'promote':
    case 'halve':
      return child.status === 'paused' ? moveHeld(transaction, { sweep, child, move }) : undefined;
  }
}

interface HeldMove {
  sweep: ReadSweep;
  child: Locked;
  move: Extract<ChildMove, { kind: 'resume' | 'take_labels' | 'promote' | 'halve' }>;
}

async function moveHeld(transaction: Transaction, { sweep, child, move }: HeldMove): Promise<void> {
  const { id } = child;
  switch (move.kind) {
    case 'resume':
      return resumeLocked(transaction, child);
    case 'take_labels': {
      const labels = move.labelsId !== null && { labelsId: move.labelsId };
      await transaction.job.update({ where: { id }, data: { heldFor: 'turn', ...labels } });
      return;
    }
    case 'promote': {
      // One that was paused by hand is resumed by hand.
      const turn = child.heldFor !== null && { heldFor: 'turn' };
      await transaction.job.update({ where: { id }, data: { stopAtStep: move.stopAtStep, ...turn } });
      return;
    }
    case 'halve':
      await transaction.sweepChild.updateMany({ where: { sweepId: sweep.id, jobId: id }, data: { isHalved: true } });
      return cancelLocked(transaction, child, { reason: 'halved' });
  }
}

/** Its children are further than it says; what has ended says it as it ended. */
function hasMoved({ status, step, doneSteps }: ReadSweep): boolean {
  return step !== doneSteps && !isFinal(status);
}

async function recordSteps(transaction: Transaction, sweep: ReadSweep): Promise<void> {
  if (!hasMoved(sweep)) return;
  const { id, doneSteps: step, rate } = sweep;
  await transaction.job.update({ where: { id }, data: { step, rate, progressAt: new Date() } });
}
