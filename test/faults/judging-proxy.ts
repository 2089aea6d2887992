import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request as send } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Tally } from './tally.ts';

/** A way to the API on which every answer is judged, whatever asks. */
interface JudgingProxy {
  url: string;
  /** How many requests have passed. */
  count(): number;
  /** How many answers of each status. */
  statuses(): Record<string, number>;
  close(): void;
}

interface JudgingOptions {
  tally: Tally;
  /** Text that no answer may hold unless its request did. */
  secrets: () => readonly string[];
}

const HUNG_MS = 30_000;

export async function judgingProxy(target: string, { tally, secrets }: JudgingOptions): Promise<JudgingProxy> {
  const { hostname, port } = new URL(target);
  const statuses: Record<string, number> = {};
  let count = 0;
  const proxy = createServer((request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    count++;
    void buffer(request).then(
      (body) => {
        const onward = send({ hostname, port, method, path: url, headers, timeout: HUNG_MS }, (answer) => {
          void buffer(answer).then((bytes) => {
            const status = answer.statusCode ?? 0;
            statuses[status] = (statuses[status] ?? 0) + 1;
            const asked = `${method} ${url}\n${JSON.stringify(headers)}\n${body.toString('latin1')}`;
            judge(tally, { asked, status, headers: answer.headers, text: bytes.toString(), secrets: secrets() });
            response.writeHead(status, answer.headers).end(bytes);
          });
        });
        tally.check('every request is answered within 30 s', true);
        onward.on('timeout', () => {
          tally.check('every request is answered within 30 s', false, `${method} ${url}`);
          onward.destroy();
        });
        onward.on('error', () => response.destroy());
        onward.end(body);
      },
      () => undefined,
    );
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    count: () => count,
    statuses: () => statuses,
    close: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

interface Judged {
  asked: string;
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  secrets: readonly string[];
}

function judge(tally: Tally, { asked, status, headers, text, secrets }: Judged): void {
  const shown = () => ({ asked: asked.slice(0, 400), status, text: text.slice(0, 300) });
  tally.check('no answer is 5xx', status < 500, status < 500 || shown());
  if (status >= 400 && !asked.startsWith('HEAD'))
    tally.check('every error is a problem', isProblem(status, headers, text), shown());
  const told = secrets.filter(
    (secret) => !asked.includes(secret) && (text.includes(secret) || inHeaders(headers, secret)),
  );
  tally.check("no answer tells of another project's rows", told.length === 0, { ...shown(), told });
}

function inHeaders(headers: IncomingHttpHeaders, secret: string): boolean {
  return Object.values(headers).some((value) => String(value).includes(secret));
}

function isProblem(status: number, headers: IncomingHttpHeaders, text: string): boolean {
  if (!headers['content-type']?.startsWith('application/problem+json')) return false;
  try {
    const problem = JSON.parse(text) as { status?: unknown; code?: unknown; request_id?: unknown };
    return problem.status === status && typeof problem.code === 'string' && typeof problem.request_id === 'string';
  } catch {
    return false;
  }
}
