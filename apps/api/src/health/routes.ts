import { checkAll } from '@distiller/operations';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { type ServiceDependencies } from '../service-dependencies.ts';

const Check = z.enum(['ok', 'failed']);
const Readiness = z
  .object({
    status: z.enum(['ok', 'failed', 'draining']),
    checks: z.object({ database: Check, queue: Check, artifacts: Check }),
  })
  .meta({ id: 'Readiness' });

const tags = ['health'];

export function healthRoutes(app: App, { storage, producer, artifacts, draining }: ServiceDependencies): void {
  app.get(
    '/livez',
    {
      logLevel: 'warn',
      schema: {
        tags,
        operationId: 'getLiveness',
        summary: 'Answers as long as the process can answer at all',
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      logLevel: 'warn',
      schema: {
        tags,
        operationId: 'getReadiness',
        summary: 'Whether database (with all migrations), queue and artifact store can be used, and no end is near',
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (request, reply) => {
      const checks = { database: storage, queue: producer, artifacts };
      const warn = (name: string, error: unknown) => request.log.warn({ err: error }, `${name} is not ready`);
      const { ready, checks: results } = await checkAll(checks, warn);
      const status = draining?.aborted ? 'draining' : ready ? 'ok' : 'failed';
      return reply.code(status === 'ok' ? 200 : 503).send({ status, checks: results });
    },
  );
}
