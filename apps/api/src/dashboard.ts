import fastifyStatic from '@fastify/static';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type App } from './dependencies.ts';
import { answerNotFound } from './problems/error-handler.ts';

/** Serves the built dashboard; any other page that a browser asks for is the dashboard's own affair. */
export async function serveDashboard(app: App, directory: string | undefined): Promise<void> {
  if (directory === undefined) {
    app.setNotFoundHandler(answerNotFound);
    return;
  }
  await app.register(fastifyStatic, {
    root: directory,
    // Files under assets/ carry a hash in their names; index.html names them and must be looked at anew.
    setHeaders: (reply, path) => {
      const isHashed = path.includes('/assets/');
      void reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => (isPage(request) ? sendIndex(reply) : answerNotFound(request, reply)));
}

function sendIndex(reply: FastifyReply): FastifyReply {
  return reply.sendFile('index.html');
}

function isPage({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && !url.startsWith('/v1/') && (headers.accept?.includes('text/html') ?? false);
}
