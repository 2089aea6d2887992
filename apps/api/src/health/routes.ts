import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { type ServiceDependencies } from '../service-dependencies.ts';

const CHECK_TIMEOUT_MS = 3_000;

const Check = z.enum(['ok', 'failed']);
const Readiness = z
  .object({ status: Check, checks: z.object({ database: Check, queue: Check, artifacts: Check }) })
  .meta({ id: 'Readiness' });

const tags = ['health'];

export function healthRoutes(app: App, { storage, producer, artifacts }: ServiceDependencies): void {
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
        summary: 'Whether database (with all migrations), queue and artifact store can be used',
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (request, reply) => {
      const attempt = async (name: string, check: Promise<void>) => {
        try {
          await within(check, CHECK_TIMEOUT_MS);
          return 'ok' as const;
        } catch (error) {
          request.log.warn({ err: error }, `${name} is not ready`);
          return 'failed' as const;
        }
      };
      const [database, queue, store] = await Promise.all([
        attempt('database', storage.checkReady()),
        attempt('queue', producer.checkReady()),
        attempt('artifacts', artifacts.checkReady()),
      ]);
      const status = [database, queue, store].every((one) => one === 'ok') ? 'ok' : 'failed';
      const readiness = { status, checks: { database, queue, artifacts: store } } as const;
      return reply.code(status === 'ok' ? 200 : 503).send(readiness);
    },
  );
}

async function within(check: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  await Promise.race([check, late]).finally(() => clearTimeout(timer));
}
