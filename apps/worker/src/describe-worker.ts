import { readFile } from 'node:fs/promises';
import { hostname, totalmem } from 'node:os';
import { type Engine } from '@distiller/compute';
import { WORK_KINDS } from '@distiller/distillation/spec';
import { newId, type NewWorker } from '@distiller/storage';
import { z } from 'zod';

const Package = z.object({ version: z.string() });

/** What this process says of itself to whoever asks for the workers. */
export async function describeWorker(engine: Engine, { gpuJobsOnly }: { gpuJobsOnly: boolean }): Promise<NewWorker> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = Package.parse(JSON.parse(text));
  return {
    id: newId('worker'),
    host: hostname(),
    pid: process.pid,
    version,
    engine: engine.name,
    device: engine.device.name,
    gpu: engine.device.kind === 'gpu',
    gpuJobsOnly,
    memoryBytes: memoryBytes(),
    kinds: [...WORK_KINDS],
  };
}

/** Of the machine, or of the container where that is less. */
function memoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
