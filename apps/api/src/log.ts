import { type FastifyServerOptions } from 'fastify';

/** What nobody may read in a log: whoever can may not be who may use it. */
const SECRET = ['authorization', 'cookie', 'idempotency-key', 'x-api-key'];

/** Settings of the log; headers are not logged at all, and should one be, what is secret is cut out of it. */
export function logSettings(level: string) {
  const paths = SECRET.flatMap((name) => [`req.headers["${name}"]`, `headers["${name}"]`, `*.headers["${name}"]`]);
  return { level, redact: { paths, censor: '[secret]' } } satisfies FastifyServerOptions['logger'];
}
