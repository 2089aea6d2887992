import { tinySpec } from '../../tiny-distillation.ts';
import { type LoadRequest } from './load-messages.ts';
import { median } from './statistics.ts';
import { atLeast, type Verdict } from './verdict.ts';
import { type World } from './world.ts';

const A_SECOND = 250;
const CONNECTIONS = 16;

/** Jobs made a second: plainly, and as our client makes them, each request with an Idempotency-Key. */
export async function measureCreating(
  world: World,
  { rounds, forMs }: { rounds: number; forMs: number },
): Promise<Verdict[]> {
  const { api, bare, load, headers } = world;
  const spec = tinySpec({ tags: { team: 'bench' }, metadata: { study: 'bench' } });
  const request: LoadRequest = { method: 'POST', path: '/v1/jobs', headers, body: JSON.stringify(spec) };
  const rates = { plain: [] as number[], keyed: [] as number[], bare: [] as number[] };
  const run = async (port: number, one: LoadRequest) => {
    const { latencies, seconds } = await load.run({ port, requests: [one], connections: CONNECTIONS, forMs });
    return latencies.length / seconds;
  };
  await run(api.port, { ...request, hasKey: true });
  for (let round = 0; round < rounds; round++) {
    rates.plain.push(await run(api.port, request));
    rates.bare.push(await run(bare.port, { ...request, path: '/answers' }));
    rates.keyed.push(await run(api.port, { ...request, hasKey: true }));
  }
  const note = `${CONNECTIONS} at a time; a bare POST route ${median(rates.bare).toFixed(0)} a second`;
  return [
    atLeast('POST /v1/jobs', median(rates.plain), { aim: A_SECOND, unit: 'a second', note }),
    atLeast('POST /v1/jobs with an Idempotency-Key', median(rates.keyed), { aim: A_SECOND, unit: 'a second' }),
  ];
}
