import { setTimeout } from 'node:timers/promises';
import {
  type Asked,
  type Fence,
  type MetricPoint,
  type NewEvent,
  type Progress,
  type Storage,
} from '@distiller/storage';
import { createPace } from './pace.ts';
import { type JobMessage } from './process/messages.ts';

/** Time between two writes of what the job's process told. */
const FLUSH_EVERY_MS = 500;

/** Writes what a job's process tells into the job's rows, in order and in few transactions. */
export interface ProgressWriter {
  accept(message: JobMessage): void;
  /** Writes all that was accepted. @throws what a write threw: FencedError when the attempt is over */
  close(): Promise<void>;
  /** Training steps a second over those accepted; undefined when there was none. */
  stepsPerSecond(): number | undefined;
}

export interface ProgressWriterOptions {
  storage: Storage;
  fence: Fence;
  /** The job is to be stopped, or ended at once; told again and again until it is. */
  onAsked: (what: Exclude<Asked, null>) => void;
  /** A write failed, so nothing more will be written. */
  onFailure: () => void;
}

export function createProgressWriter({ storage, fence, onAsked, onFailure }: ProgressWriterOptions): ProgressWriter {
  let pending = emptyProgress();
  let [steps, seconds, closed] = [0, 0, false];
  let failure: Error | undefined;
  let writes = Promise.resolve();

  const pace = createPace();
  let toldStep: number | undefined;
  /** A moment in which nothing was done has no points of its own: there are some already. */
  const once = (message: JobMessage): JobMessage => {
    if (message.type !== 'progress' || message.step === undefined) return message;
    const again = message.step === toldStep;
    toldStep = message.step;
    return again ? { ...message, metrics: {} } : message;
  };

  const flush = () => {
    writes = writes.then(async () => {
      if (failure) return;
      const rate = pending.step === undefined ? undefined : pace(pending.step);
      const progress = { ...pending, rate, events: [...pending.events, ...liveEvents(pending)] };
      pending = emptyProgress();
      const { asked } = await storage.jobs.recordProgress(fence, progress);
      if (asked) onAsked(asked);
    });
    writes = writes.catch((error: unknown) => {
      failure ??= error instanceof Error ? error : new Error(String(error));
      onFailure();
    });
    return writes;
  };
  void flushRegularly(() => closed, flush);

  return {
    accept(message) {
      if (message.type === 'step') [steps, seconds] = [steps + 1, seconds + message.seconds];
      add(pending, once(message));
      // A checkpoint is written with all the steps up to it and before any step after it.
      if (message.type === 'checkpoint' || message.type === 'evaluation') void flush();
    },
    async close() {
      closed = true;
      await flush();
      if (failure) throw failure;
    },
    stepsPerSecond: () => (seconds > 0 ? steps / seconds : undefined),
  };
}

/** Writes even when there is nothing new: the answer says whether the job shall stop. */
async function flushRegularly(isOver: () => boolean, flush: () => Promise<void>): Promise<void> {
  while (!isOver()) {
    await setTimeout(FLUSH_EVERY_MS, undefined, { ref: false });
    if (!isOver()) await flush();
  }
}

type Pending = Progress & {
  points: MetricPoint[];
  events: NewEvent[];
  phase?: Omit<Extract<JobMessage, { type: 'progress' }>, 'type'>;
};

const emptyProgress = (): Pending => ({ points: [], events: [] });

function add(pending: Pending, message: JobMessage): void {
  switch (message.type) {
    case 'progress': {
      const { phase: name, done, total, step, metrics } = message;
      const phase = { phase: name, done, total, ...(step !== undefined && { step }), ...(metrics && { metrics }) };
      pending.phase = phase;
      if (phase.step === undefined) break;
      pending.step = phase.step;
      pending.points.push(...toPoints(phase.step, phase.metrics ?? {}));
      break;
    }
    case 'remark':
      pending.events.push({ type: 'message', message: message.message, data: message.data });
      break;
    case 'step':
      pending.step = message.step;
      pending.points.push(...toPoints(message.step, message.metrics));
      break;
    case 'evaluation': {
      const { step, metrics } = message;
      pending.points.push(...toPoints(step, metrics));
      pending.events.push({ type: 'evaluation', message: `Evaluated at step ${step}`, data: { step, ...metrics } });
      break;
    }
    case 'checkpoint': {
      const { type, ...checkpoint } = message;
      const { step, files, isBest = false } = checkpoint;
      pending.checkpoint = checkpoint;
      const data = { step, files, is_best: isBest };
      pending.events.push({ type, message: `Checkpoint at step ${step}${isBest ? ', the best so far' : ''}`, data });
      break;
    }
    case 'finished':
    case 'stopped':
    case 'failed':
      break;
  }
}

function toPoints(step: number, metrics: Record<string, number>): MetricPoint[] {
  const at = new Date();
  return Object.entries(metrics).map(([name, value]) => ({ name, step, value, at }));
}

/** For those who watch: of all that one write holds, the newest step and how far its phase is. */
function liveEvents({ points, step, phase }: Pending): NewEvent[] {
  const events: NewEvent[] = [];
  if (phase) {
    events.push({ type: 'progress', message: `${phase.phase}: ${phase.done} of ${phase.total}`, data: phase });
  }
  const newest = points.filter((point) => point.step === step).map(({ name, value }) => ({ name, step, value }));
  if (step !== undefined) events.push({ type: 'metrics', message: `Step ${step}`, data: { step, points: newest } });
  return events;
}
