import { type Job, type JobEvent } from '@distiller/client';
import { formatSeconds } from './time-left.ts';

/** What is known of a job that runs, as far as its events have told. */
export interface JobState {
  /** Training steps are counted in metrics; the other kinds tell their progress. */
  kind: string;
  status: string;
  phase: string;
  done: number;
  total: number;
  totalSteps: number;
  kl: number | undefined;
}

export function firstState({ kind, status, total_steps: totalSteps }: Job): JobState {
  return { kind, status, phase: '', done: 0, total: totalSteps, totalSteps, kl: undefined };
}

/** What an event changes. */
export function advance(state: JobState, event: JobEvent): JobState {
  switch (event.type) {
    case 'status':
      return { ...state, status: event.data.status };
    case 'progress': {
      const { phase, done, total } = event.data;
      return { ...state, phase, done, total };
    }
    case 'metrics':
      return state.kind === 'distillation' ? trained(state, event.data.step) : state;
    case 'evaluation':
      return typeof event.data['kl'] === 'number' ? { ...state, kl: event.data['kl'] } : state;
    case 'checkpoint':
    case 'message':
      return state;
  }
}

function trained(state: JobState, step: number | undefined): JobState {
  return step === undefined ? state : { ...state, phase: 'training', done: step, total: state.totalSteps };
}

/** One line. */
export function inWords({ status, phase, done, total, kl }: JobState, secondsLeft: number | undefined): string {
  if (status !== 'running' || phase === '') return status;
  const share = total > 0 ? ` (${Math.floor((100 * Math.min(done, total)) / total)} %)` : '';
  const told = kl === undefined ? '' : `  kl ${kl.toPrecision(3)}`;
  const eta = secondsLeft === undefined ? '' : `  ETA ${formatSeconds(secondsLeft)}`;
  return `${phase} ${done}/${total}${share}${told}${eta}`;
}
