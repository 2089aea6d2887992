import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from './localhost-certificate.ts';

/** A request as it has arrived. */
export interface Received {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface Receiver {
  /** Such as http://127.0.0.1:40001 or https://localhost:40001, and its port. */
  url: string;
  port: number;
  received: Received[];
  close(): Promise<void>;
}

type Respond = (response: ServerResponse, received: Received, count: number) => void;

/**
 * Somebody whom webhooks are sent to: keeps what arrives, and answers as it is told, or 204.
 * @param options.isSecure speaks TLS, with the certificate of `localhost-certificate.ts`
 */
export async function startReceiver(
  respond: Respond = (response) => response.writeHead(204).end(),
  { isSecure = false } = {},
): Promise<Receiver> {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers: plain(headers), body: Buffer.concat(chunks).toString() };
      received.push(one);
      respond(response, one, received.length);
    });
  };
  const identity = { key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE };
  const server = isSecure ? createSecureServer(identity, listener) : createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: isSecure ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    port,
    received,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function plain(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
