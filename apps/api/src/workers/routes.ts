import { callerOf } from '../access/caller.ts';
import { type App } from '../dependencies.ts';
import { problemResponses } from '../problems/schema.ts';
import { scoped } from '../scope.ts';
import { toWorker, WorkerList } from './schema.ts';

export function workerRoutes(app: App): void {
  app.get(
    '/v1/workers',
    {
      config: { scope: null },
      schema: {
        tags: ['workers'],
        operationId: 'listWorkers',
        summary: 'The workers that there are, and what each can take; lost ones for a day',
        response: { 200: WorkerList, ...problemResponses },
      },
    },
    async (request) => {
      const isAdmin = callerOf(request).scopes.includes('admin');
      return { data: (await scoped(request).storage.workers.list()).map((row) => toWorker(row, isAdmin)) };
    },
  );
}
