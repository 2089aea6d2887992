import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from './statistics.ts';
import { atMost, type Verdict } from './verdict.ts';
import { type World } from './world.ts';

const MOST_MS = 250;

/**
 * How long a metric takes from before its transaction begins until it is in the hands of every one of so many streams, by one
 * clock: this process writes as a worker does, and reads.
 */
export async function measureFanOut(
  world: World,
  { streams, metrics }: { streams: number; metrics: number },
): Promise<Verdict[]> {
  const { storage, streamedId } = world;
  const claimed = await storage.jobs.claim(streamedId);
  if (!claimed) throw new Error(`${streamedId} cannot be claimed`);
  const fence = { jobId: streamedId, attempt: claimed.attempt };
  const arrivals = new Map<number, number[]>();
  const open = await Promise.all(Array.from({ length: streams }, () => openStream(world, arrivals)));
  const latencies: number[] = [];
  for (let step = 1; step <= metrics; step++) {
    arrivals.set(step, []);
    const data = { step, points: [{ name: 'loss', step, value: 1 / step }] };
    const points = [{ name: 'loss', step, value: 1 / step, at: new Date() }];
    const before = performance.now();
    await storage.jobs.recordProgress(fence, {
      points,
      step,
      events: [{ type: 'metrics', message: `Step ${step}`, data }],
    });
    await arrived(arrivals.get(step)!, streams);
    latencies.push(...arrivals.get(step)!.map((at) => at - before));
    await sleep(100);
  }
  for (const stream of open) stream.destroy();
  const what = `a metric reaches ${streams} streams, the last of all`;
  const note = `of ${metrics} metrics; median ${quantile(latencies, 0.5).toFixed(0)} ms, p99 ${quantile(latencies, 0.99).toFixed(0)} ms`;
  return [atMost(what, Math.max(...latencies), { aim: MOST_MS, unit: 'ms', note })];
}

/** Notes when each step's event comes. */
function openStream({ api, headers, streamedId }: World, arrivals: Map<number, number[]>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { port: api.port, path: `/v1/jobs/${streamedId}/events`, agent: false as const };
    get({ ...options, headers: { ...headers, accept: 'text/event-stream' } }, (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`a stream was answered ${answer.statusCode}`));
      let rest = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        const events = `${rest}${text}`.split('\n\n');
        rest = events.pop()!;
        for (const event of events) {
          const step = /^event: metrics\n.*?"step":(\d+)/ms.exec(event)?.[1];
          if (step !== undefined) arrivals.get(Number(step))?.push(performance.now());
        }
      });
      answer.once('data', () => resolve(answer));
      answer.on('error', () => undefined);
    }).once('error', reject);
  });
}

async function arrived(times: readonly number[], count: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (times.length < count) {
    if (performance.now() > deadline)
      throw new Error(`after 30 s a metric had reached ${times.length} of ${count} streams`);
    await sleep(5);
  }
}
