import { ENGINES } from '@distiller/compute';
import { z } from 'zod';

/** Of decoded frames that a job may hold, in MiB, in one buffer: of rollouts that take more, it trains on a part at a time. */
const FramesMemory = z.coerce.number().int().positive().max(2047).default(1024);

const Environment = z.object({
  DATABASE_URL: z.url(),
  QUEUE_URL: z.url(),
  ARTIFACTS_URL: z.url(),
  COMPUTE: z.enum(['auto', ...ENGINES]).default('auto'),
  /** No engine on a CPU will do: without a GPU the worker ends instead of being slow. */
  REQUIRE_GPU: z.enum(['0', '1']).default('0'),
  /** Leaves jobs that need no GPU to other workers; implies REQUIRE_GPU. */
  GPU_JOBS_ONLY: z.enum(['0', '1']).default('0'),
  /** How long a job may take to its next checkpoint when the worker is told to end; then it goes on from the one before. */
  GRACE_MS: z.coerce.number().int().min(0).default(5_000),
  STATUS_HOST: z.string().min(1).default('127.0.0.1'),
  /** Where /livez, /readyz and /metrics are answered; nowhere unless given. */
  STATUS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  CHECKPOINT_EVERY_MS: z.coerce.number().int().positive().default(30_000),
  FRAMES_MEMORY_MB: FramesMemory,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export interface WorkerEnvironment {
  databaseUrl: string;
  queueUrl: string;
  artifactsUrl: string;
  compute: z.infer<typeof Environment>['COMPUTE'];
  requireGpu: boolean;
  gpuJobsOnly: boolean;
  graceMs: number;
  statusHost: string;
  /** Undefined: none is answered; 0: any free one. */
  statusPort: number | undefined;
  checkpointEveryMs: number;
  logLevel: z.infer<typeof Environment>['LOG_LEVEL'];
}

/** @throws ZodError naming each variable that is missing or wrong */
export function readEnvironment(variables: NodeJS.ProcessEnv): WorkerEnvironment {
  const parsed = Environment.parse(variables);
  return {
    databaseUrl: parsed.DATABASE_URL,
    queueUrl: parsed.QUEUE_URL,
    artifactsUrl: parsed.ARTIFACTS_URL,
    compute: parsed.COMPUTE,
    requireGpu: parsed.REQUIRE_GPU === '1' || parsed.GPU_JOBS_ONLY === '1',
    gpuJobsOnly: parsed.GPU_JOBS_ONLY === '1',
    graceMs: parsed.GRACE_MS,
    statusHost: parsed.STATUS_HOST,
    statusPort: parsed.STATUS_PORT,
    checkpointEveryMs: parsed.CHECKPOINT_EVERY_MS,
    logLevel: parsed.LOG_LEVEL,
  };
}

/** Bytes of decoded frames that a job may hold; what its process reads of the worker's environment, which was found right. */
export function framesBytes(variables: NodeJS.ProcessEnv): number {
  return FramesMemory.parse(variables['FRAMES_MEMORY_MB']) * 2 ** 20;
}
