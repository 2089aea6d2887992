// The load, in a process of its own: requests over kept connections, each of which waits for its answer before it sends the
// next. Bodies are counted and not looked at, so that it leaves the machine to those that are measured.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Load, type LoadRequest, type LoadResult } from './load-messages.ts';

const idle = new Map<number, Socket[]>();
let sent = 0;

process.on('message', (load: Load) => {
  void carryOut(load).then((result) => process.send?.(result));
});
process.once('disconnect', () => process.exit());

async function carryOut(load: Load): Promise<LoadResult> {
  const result: LoadResult = { seconds: 0, latencies: [], bytes: 0, refused: {} };
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => openSocket(load.port)));
  const start = performance.now();
  let asked = 0;
  const isOver = () => asked >= (load.answers ?? Infinity) || performance.now() - start >= (load.forMs ?? Infinity);
  const work = async (socket: Socket) => {
    while (!isOver()) await exchange(socket, load.requests[asked++ % load.requests.length]!, result);
  };
  await Promise.all(sockets.map(work));
  result.seconds = (performance.now() - start) / 1000;
  idle.set(load.port, [...(idle.get(load.port) ?? []), ...sockets.filter((socket) => !socket.destroyed)]);
  return result;
}

async function openSocket(port: number): Promise<Socket> {
  const kept = idle.get(port)?.pop();
  if (kept && !kept.destroyed) return kept;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

function exchange(socket: Socket, request: LoadRequest, result: LoadResult): Promise<void> {
  return new Promise((resolve, reject) => {
    const sentAt = performance.now();
    const answer = createAnswer();
    const onData = (chunk: Buffer) => {
      if (!answer.take(chunk)) return;
      socket.off('data', onData);
      socket.off('close', onClose);
      result.latencies.push(performance.now() - sentAt);
      result.bytes += answer.bytes();
      const line = answer.statusLine();
      if (!/ 2\d\d /.test(line)) result.refused[line] = (result.refused[line] ?? 0) + 1;
      resolve();
    };
    const onClose = () => reject(new Error(`the connection was closed: ${request.path}`));
    socket.on('data', onData).once('close', onClose);
    socket.write(textOf(request));
  });
}

function textOf({ method, path, headers = {}, body = '', hasKey }: LoadRequest): string {
  const all = {
    host: 'bench',
    ...headers,
    ...(method === 'POST' && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...(hasKey && { 'idempotency-key': `bench-${process.pid}-${++sent}` }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

/** One answer as it comes in; those without a length are not understood. */
function createAnswer() {
  let head = Buffer.alloc(0);
  let [status, length, got] = ['', -1, 0];
  return {
    /** @returns whether it is whole */
    take(chunk: Buffer): boolean {
      if (length >= 0) got += chunk.length;
      else {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return false;
        const text = head.toString('latin1', 0, end);
        status = text.slice(0, text.indexOf('\r\n'));
        length = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? NaN);
        if (Number.isNaN(length)) throw new Error(`an answer without a length: ${text}`);
        got = head.length - end - 4;
      }
      return got >= length;
    },
    bytes: () => length,
    statusLine: () => status,
  };
}
