import { MultiBar, type SingleBar } from 'cli-progress';

/** What is known of a job that runs, as far as it has been told. */
export interface JobState {
  /** The loss it trains with: its name in the demo. */
  loss: string;
  status: string;
  step: number;
  steps: number;
  valueTerm: number | undefined;
  derivativeTerm: number | undefined;
  kl: number | undefined;
  etaSeconds: number | undefined;
}

export interface Progress {
  show(job: JobState): void;
  stop(): void;
}

/** One bar a job on a terminal; elsewhere a line for each evaluation. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? createBars(stream) : createLines((line) => stream.write(`${line}\n`));
}

function createBars(stream: NodeJS.WriteStream): Progress {
  const format = '{loss} {bar} {value}/{total}  {words}';
  const bars = new MultiBar({ format, stream, hideCursor: true, barsize: 24, linewrap: false });
  const byLoss = new Map<string, SingleBar>();
  return {
    show(job) {
      const payload = { loss: job.loss.padEnd(7), words: words(job) };
      const bar = byLoss.get(job.loss) ?? bars.create(job.steps, 0, payload);
      byLoss.set(job.loss, bar);
      bar.update(job.step, payload);
    },
    stop: () => bars.stop(),
  };
}

/** Written for logs: a line when the status changes or an evaluation was made. */
export function createLines(write: (line: string) => void): Progress {
  const told = new Map<string, string>();
  return {
    show(job) {
      const news = `${job.status} ${job.kl ?? ''}`;
      if (told.get(job.loss) === news) return;
      told.set(job.loss, news);
      write(`${job.loss.padEnd(7)} step ${job.step}/${job.steps}  ${words(job)}`);
    },
    stop: () => undefined,
  };
}

function words(job: JobState): string {
  if (job.status !== 'running') return job.status;
  if (job.step === 0) return 'preparing labels';
  const terms = [
    ['value', job.valueTerm],
    ['derivative', job.derivativeTerm],
    ['kl', job.kl],
  ] as const;
  const said = terms.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value.toPrecision(3)}`]));
  const eta = job.etaSeconds === undefined ? [] : [`ETA ${formatSeconds(job.etaSeconds)}`];
  return [...said, ...eta].join('  ');
}

function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
