import { z } from 'zod';
import { isLoopback } from './access/loopback.ts';
import { isNetwork } from './webhooks/address.ts';

/** Whoever needs no key is on this machine and can reach all that is. */
const LOOPBACK_NETWORKS = ['127.0.0.0/8', '::1/128'];

const split = (list: string) =>
  list
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

const Environment = z
  .object({
    DATABASE_URL: z.url(),
    QUEUE_URL: z.url(),
    ARTIFACTS_URL: z.url(),
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(4747),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    /** How long answers under way may take when the process is told to end. */
    GRACE_MS: z.coerce.number().int().min(0).default(2_000),
    /** How long it says that it is not ready, and still takes requests, before it ends: so that a load balancer notices. */
    DRAIN_MS: z.coerce.number().int().min(0).default(0),
    MAX_LOOP_DELAY_MS: z.coerce.number().int().positive().default(1_000),
    STATUS_HOST: z.string().min(1).default('127.0.0.1'),
    /** Where /livez, /readyz and /metrics are answered to operators; nowhere unless given. */
    STATUS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
    DASHBOARD_DIR: z.string().min(1).optional(),
    MAX_UPLOAD_BYTES: z.coerce
      .number()
      .int()
      .positive()
      .default(1024 ** 3),
    AUTH: z.enum(['off', 'keys']).default('off'),
    CORS_ORIGINS: z
      .string()
      .default('')
      .transform(split)
      .pipe(
        z.array(z.url({ protocol: /^https?$/, error: 'origins such as https://example.com, separated by commas' })),
      ),
    REQUEST_TIMEOUT_MS: z.coerce
      .number()
      .int()
      .positive()
      .default(30 * 60_000),
    /** Networks that webhooks may lead to besides public addresses; left out, this machine itself where AUTH is off. */
    WEBHOOKS_ALLOW: z
      .string()
      .transform(split)
      .pipe(z.array(z.string().refine(isNetwork, 'networks such as 10.0.0.0/8, separated by commas')))
      .optional(),
  })
  .refine(({ AUTH, HOST }) => AUTH === 'keys' || isLoopback(HOST), {
    path: ['AUTH'],
    message: 'off is for loopback only: whoever reaches HOST could do everything. Set AUTH=keys',
  });

export interface ApiEnvironment {
  databaseUrl: string;
  queueUrl: string;
  artifactsUrl: string;
  host: string;
  /** 0: any free one. */
  port: number;
  logLevel: string;
  graceMs: number;
  drainMs: number;
  maxLoopDelayMs: number;
  statusHost: string;
  /** Undefined: none is answered; 0: any free one. */
  statusPort: number | undefined;
  /** Where the built dashboard is; undefined: none is served. */
  dashboardDir: string | undefined;
  maxUploadBytes: number;
  /** Whether requests need an API key; off on loopback only. */
  auth: 'off' | 'keys';
  /** Sites whose pages may use the API. */
  corsOrigins: string[];
  /** How long a request may take to arrive, its body included. */
  requestTimeoutMs: number;
  /** Networks that webhooks may lead to besides public addresses. */
  webhooksAllow: string[];
}

/** @throws ZodError naming each variable that is missing or wrong */
export function readEnvironment(variables: NodeJS.ProcessEnv): ApiEnvironment {
  const parsed = Environment.parse(variables);
  return {
    databaseUrl: parsed.DATABASE_URL,
    queueUrl: parsed.QUEUE_URL,
    artifactsUrl: parsed.ARTIFACTS_URL,
    host: parsed.HOST,
    port: parsed.PORT,
    logLevel: parsed.LOG_LEVEL,
    graceMs: parsed.GRACE_MS,
    drainMs: parsed.DRAIN_MS,
    maxLoopDelayMs: parsed.MAX_LOOP_DELAY_MS,
    statusHost: parsed.STATUS_HOST,
    statusPort: parsed.STATUS_PORT,
    dashboardDir: parsed.DASHBOARD_DIR,
    maxUploadBytes: parsed.MAX_UPLOAD_BYTES,
    auth: parsed.AUTH,
    corsOrigins: parsed.CORS_ORIGINS,
    requestTimeoutMs: parsed.REQUEST_TIMEOUT_MS,
    webhooksAllow: parsed.WEBHOOKS_ALLOW ?? (parsed.AUTH === 'off' ? LOOPBACK_NETWORKS : []),
  };
}
