import { median } from './statistics.ts';
import { beside, type Verdict } from './verdict.ts';
import { type World } from './world.ts';

const LEAST = 0.7;
const BYTES_A_ROUND = 128 * 2 ** 20;

/** Bytes a second of a model's files, beside a static server that has the same. */
export async function measureDownloads(world: World, rounds: number): Promise<Verdict[]> {
  const { api, bare, load, headers, modelId, files } = world;
  const verdicts = [];
  for (const { name, bytes } of files) {
    const answers = Math.max(1, Math.round(BYTES_A_ROUND / bytes));
    const rate = async (port: number, path: string) => {
      const requests = [{ method: 'GET', path, headers } as const];
      const result = await load.run({ port, requests, connections: 1, answers });
      return result.bytes / result.seconds / 1e6;
    };
    const [ours, bares]: [number[], number[]] = [[], []];
    for (let round = 0; round <= rounds; round++) {
      const pair = [
        await rate(api.port, `/v1/models/${modelId}/download?file=${name}`),
        await rate(bare.port, `/files/${name}`),
      ] as const;
      if (round === 0) continue;
      ours.push(pair[0]);
      bares.push(pair[1]);
    }
    const rates = { ours: median(ours), bare: median(bares), unit: 'MB/s' };
    verdicts.push(beside(`download of ${bytes / 2 ** 20} MiB`, rates, { least: LEAST }));
  }
  return verdicts;
}
