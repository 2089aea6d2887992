import { execFile } from 'node:child_process';
import {
  chooseEngine,
  type Device,
  type Engine,
  type EngineName,
  type EngineRequest,
  EngineUnavailableError,
} from '@distiller/compute';
import { programOf } from '@distiller/programs';
import { z } from 'zod';

const Told = z.union([
  z.object({ device: z.object({ kind: z.enum(['cpu', 'gpu']), name: z.string() }) }),
  z.object({ unavailable: z.string() }),
]);

/**
 * Finds out in processes of their own which engine works here, so that this one stays small and outlives a driver that
 * crashes.
 * @throws EngineUnavailableError when the engine asked for does not work, NoGpuError when a GPU is required and there is none
 */
export function probeEngine(request: EngineRequest): Promise<Engine> {
  return chooseEngine(request, probe);
}

async function probe(engine: EngineName): Promise<Device> {
  const { said, end } = await run(engine);
  const told = lastLine(said);
  if (!told) throw new EngineUnavailableError(engine, new Error(`the process that tried it ended with ${end}`));
  if ('unavailable' in told) throw new EngineUnavailableError(engine, new Error(told.unavailable));
  return told.device;
}

function run(engine: EngineName): Promise<{ said: string; end: string }> {
  const { script, execArgv } = programOf(new URL('./engine-process.ts', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [...execArgv, script, engine], (error, said) =>
      resolve({ said, end: String(error?.signal ?? error?.code ?? 0) }),
    );
  });
}

function lastLine(said: string): z.infer<typeof Told> | undefined {
  const line = said.trim().split('\n').at(-1);
  return line ? Told.parse(JSON.parse(line)) : undefined;
}
