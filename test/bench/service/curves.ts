import { CURVE_METRICS, CURVE_STEPS, SPIKES } from './seed.ts';
import { quantile } from './statistics.ts';
import { atMost, type Verdict } from './verdict.ts';
import { type World } from './world.ts';

const MOST_MS = 50;

interface Series {
  name: string;
  total: number;
  steps: number[];
}

/** All metrics of the job with very many steps, at 1,000 points each. */
export async function measureCurves({ api, load, headers, curveId }: World, answers: number): Promise<Verdict[]> {
  const path = `/v1/jobs/${curveId}/metrics?max_points=1000`;
  const answer = await fetch(`http://127.0.0.1:${api.port}${path}`, { headers });
  requireExtremes(((await answer.json()) as { data: Series[] }).data);
  const request = { method: 'GET', path, headers } as const;
  const { latencies } = await load.run({ port: api.port, requests: [request], connections: 1, answers });
  const one = { ...request, path: `${path}&names=loss` };
  const alone = (await load.run({ port: api.port, requests: [one], connections: 1, answers })).latencies;
  const note = `median ${quantile(latencies, 0.5).toFixed(1)} ms; one metric alone ${quantile(alone, 0.5).toFixed(1)} ms`;
  const what = `metrics of ${CURVE_STEPS.toLocaleString('en')} steps × ${CURVE_METRICS.length} at 1,000 points, p99`;
  return [atMost(what, quantile(latencies, 0.99), { aim: MOST_MS, unit: 'ms', note })];
}

function requireExtremes(data: readonly Series[]): void {
  const isSound = ({ steps, total }: Series) =>
    total === CURVE_STEPS &&
    steps.length <= 1000 &&
    [1, SPIKES.high, SPIKES.low, CURVE_STEPS].every((step) => steps.includes(step));
  if (data.length !== CURVE_METRICS.length || !data.every(isSound)) throw new Error('an extreme or an end was lost');
}
