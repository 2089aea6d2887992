import { z } from 'zod';
import { type App, type Dependencies } from '../dependencies.ts';
import { downloadResponses, sendFile } from '../files/download.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { scoped } from '../scope.ts';
import { requireJob } from './routes.ts';

const tags = ['jobs'];

export function jobFileRoutes(app: App, { artifacts }: Dependencies): void {
  app.get(
    '/v1/jobs/:id/files/:name',
    {
      schema: {
        tags,
        operationId: 'downloadJobFile',
        summary: 'A report, a picture or a video that the job has made; its sha256 is in ETag and Repr-Digest',
        params: z.strictObject({ id: z.string(), name: z.string() }),
        response: { ...downloadResponses, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id, name } = request.params;
      const file = (await requireJob(scoped(request).storage, id)).files.find((one) => one.name === name);
      if (!file) throw new ProblemError('file_not_found', `the job has no file '${name}'`);
      return sendFile(artifacts, file, { request, reply });
    },
  );
}
