import { type WorkerRow } from '@distiller/storage';
import { type App, type Dependencies } from '../dependencies.ts';
import { problemResponses } from '../problems/schema.ts';
import { toWorker, WorkerList } from './schema.ts';

export function workerRoutes(app: App, { storage }: Dependencies): void {
  /** The id of another tenant's job is nobody's business. */
  const visible = async ({ jobId }: WorkerRow) => (jobId && (await storage.jobs.get(jobId))?.id) ?? null;

  app.get(
    '/v1/workers',
    {
      schema: {
        tags: ['workers'],
        operationId: 'listWorkers',
        summary: 'The workers that there are, and what each can take; lost ones for a day',
        response: { 200: WorkerList, ...problemResponses },
      },
    },
    async () => {
      const rows = await storage.workers.list();
      return { data: await Promise.all(rows.map(async (row) => toWorker(row, await visible(row)))) };
    },
  );
}
