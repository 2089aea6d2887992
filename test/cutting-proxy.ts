import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

interface Options {
  /** Called with how many bytes clients have sent in all. */
  onReceived?: (total: number) => void;
}

/** A proxy before a service that can cut all its connections, in the midst of a message. */
export async function cuttingProxy(url: string, { onReceived = () => undefined }: Options = {}) {
  const sockets = new Set<Socket>();
  const target = Number(new URL(url).port);
  let received = 0;
  const proxy = createServer((socket) => {
    const onward = connect(target, '127.0.0.1');
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => end.destroy()).on('close', () => sockets.delete(end));
    }
    socket.pipe(onward);
    socket.on('data', (chunk: Buffer) => onReceived((received += chunk.length)));
    onward.on('close', () => socket.destroySoon());
    // A few bytes at a time, so that a cut may come anywhere.
    onward.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += 50) socket.write(chunk.subarray(at, at + 50));
    });
    onward.on('end', () => socket.end());
  });
  onTestFinished(() => void proxy.close());
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, cut };
}
