import { join } from 'node:path';
import { z } from 'zod';

/** The clone's root. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');

const COMPUTE = ['auto', 'tensorflow', 'webgpu', 'wasm'] as const;

const Environment = z.object({
  DATA_DIR: z.string().min(1).default(join(ROOT, '.data')),
  COMPUTE: z.enum(COMPUTE).default('auto'),
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Undefined: the usual port if nobody has it, else any. */
  PORT: z.coerce.number().int().min(0).max(65_535).optional(),
});

export interface StandaloneConfig {
  dataDir: string;
  compute: (typeof COMPUTE)[number];
  host: string;
  port: number | undefined;
}

/** @throws naming the environment variable that is wrong */
export function readConfig(env: NodeJS.ProcessEnv): StandaloneConfig {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) throw new Error(`Environment: ${z.prettifyError(parsed.error)}`);
  const { DATA_DIR, COMPUTE, HOST, PORT } = parsed.data;
  return { dataDir: DATA_DIR, compute: COMPUTE, host: HOST, port: PORT };
}
