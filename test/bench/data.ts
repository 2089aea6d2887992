// `npm run bench -- data [--frames N] [--part NAME] [--json FILE]`: recording, what it takes on disk, batches, and every kind of job over
// REST.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadEngine } from '@distiller/compute';
import { measureBatches } from './batches.ts';
import { measureJobs } from './jobs.ts';
import { measureRecordings } from './recording.ts';
import { describeMachine } from './report.ts';

/** Prints and, where asked, writes the report. */
export async function benchData(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'string' },
      frames: { type: 'string', default: '30000' },
      part: { type: 'string', multiple: true, default: ['batches', 'recording', 'jobs'] },
    },
  });
  const parts = {
    batches: measureBatches,
    recording: () => measureRecordings(Number(values.frames)),
    jobs: measureJobs,
  };
  const { reason } = await loadEngine('tensorflow');
  console.log(reason);
  const report: Record<string, unknown> = { machine: describeMachine({}) };
  for (const [name, measure] of Object.entries(parts)) {
    if (values.part.includes(name)) report[name] = await measure();
  }
  console.log(JSON.stringify(report, null, 1));
  if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
