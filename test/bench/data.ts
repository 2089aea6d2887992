// `npm run bench -- data [--frames N] [--json FILE]`: recording, what it takes on disk, and batches.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadEngine } from '@distiller/compute';
import { measureBatches } from './batches.ts';
import { measureRecordings } from './recording.ts';
import { describeMachine } from './report.ts';

/** Prints and, where asked, writes the report. */
export async function benchData(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'string' }, frames: { type: 'string', default: '30000' } },
  });
  const { reason } = await loadEngine('tensorflow');
  console.log(reason);
  const report = {
    machine: describeMachine({}),
    batches: await measureBatches(),
    recording: await measureRecordings(Number(values.frames)),
  };
  console.log(JSON.stringify(report, null, 1));
  if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
