import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Registry } from 'prom-client';
import { checkAll, type Checks } from './readiness.ts';

export interface StatusOptions {
  host: string;
  /** 0: any free one; undefined: none is wanted. */
  port: number | undefined;
  checks: Checks;
  metrics: Registry;
  /** When aborted, the process is on its way out: alive, and not ready. */
  draining: AbortSignal;
  onFailure: (name: string, error: unknown) => void;
}

export interface StatusServer {
  url: string;
  close(): void;
}

/** Tells operators how a process is: `/livez`, `/readyz`, `/metrics`. Not for the world: it asks for no key. */
export async function startStatusServer(options: StatusOptions): Promise<StatusServer | undefined> {
  if (options.port === undefined) return undefined;
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      options.onFailure('status', error);
      response.writeHead(500).end();
    });
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://${host}:${port}`, close };
}

async function answer(request: IncomingMessage, response: ServerResponse, options: StatusOptions): Promise<void> {
  const { checks, metrics, draining, onFailure } = options;
  const path = request.url?.split('?')[0];
  if (path === '/livez') return json(response, 200, { status: 'ok' });
  if (path === '/readyz') {
    const { ready, checks: results } = await checkAll(checks, onFailure);
    const status = draining.aborted ? 'draining' : ready ? 'ok' : 'failed';
    return json(response, status === 'ok' ? 200 : 503, { status, checks: results });
  }
  if (path === '/metrics') {
    const text = await metrics.metrics();
    response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
    return;
  }
  json(response, 404, { status: 'there are /livez, /readyz and /metrics' });
}

function json(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
