import rateLimit, { type RateLimitPluginOptions } from '@fastify/rate-limit';
import { type FastifyReply } from 'fastify';
import { type App } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';
import { type ServiceDependencies } from '../service-dependencies.ts';

const WINDOW_MS = 60_000;

/** Counts the requests of each key that has a limit; in Redis where there is one, so that several APIs count together. */
export async function limitRates(app: App, { redis }: Pick<ServiceDependencies, 'redis'>): Promise<void> {
  const options: RateLimitPluginOptions = {
    timeWindow: WINDOW_MS,
    keyGenerator: ({ caller }) => caller?.key?.id ?? '',
    max: ({ caller }) => caller?.limits.requestsPerMinute ?? Number.MAX_SAFE_INTEGER,
    allowList: ({ caller }) => caller?.limits.requestsPerMinute === undefined,
    errorResponseBuilder: (_request, { max }) =>
      new ProblemError('rate_limited', `the key allows ${max} requests a minute`),
    // A Redis that is away must not take the API with it.
    skipOnError: true,
    nameSpace: 'distiller-rate-',
    ...(redis && { redis }),
  };
  await app.register(rateLimit, options);
  app.addHook('onSend', (_request, reply, payload, done) => {
    sayInDraftForm(reply);
    done(null, payload);
  });
}

/** The headers of draft-ietf-httpapi-ratelimit-headers in place of the plugin's own. */
function sayInDraftForm(reply: FastifyReply): void {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => {
    const value = reply.getHeader(`x-ratelimit-${name}`);
    reply.removeHeader(`x-ratelimit-${name}`);
    return value;
  });
  if (limit === undefined) return;
  reply.header('ratelimit-policy', `"default";q=${String(limit)};w=${WINDOW_MS / 1000}`);
  reply.header('ratelimit', `"default";r=${String(remaining)};t=${String(reset)}`);
}
