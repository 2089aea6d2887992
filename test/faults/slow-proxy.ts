import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A way to an HTTP server on which every answer may be made to wait. */
interface SlowProxy {
  url: string;
  /** From now on every answer waits so long. */
  slowDown(delayMs: number): void;
  /** How many answers have waited. */
  delayed(): number;
  close(): void;
}

/** Requests pass as they are, their Host too: what signs them signs that. */
export async function slowProxy(target: string): Promise<SlowProxy> {
  const { hostname, port } = new URL(target);
  let [delayMs, delayed] = [0, 0];
  const proxy = createServer((request, response) => {
    const { method, url, headers } = request;
    const onward = send({ hostname, port, method, path: url, headers }, (answer) => {
      if (delayMs > 0) delayed++;
      void sleep(delayMs).then(() => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    slowDown: (ms) => {
      delayMs = ms;
    },
    delayed: () => delayed,
    close: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
