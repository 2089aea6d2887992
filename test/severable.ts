import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { unusedPort } from './unused-port.ts';

/** A way to a server that can be cut and mended, as a network or a restart does. */
export interface Severable {
  /** The server's address, by this way. */
  url: string;
  /** From now on nobody gets through; whoever was connected is cut off. */
  sever(): Promise<void>;
  mend(): Promise<void>;
}

/** @param real the server's own address; the way begins cut */
export async function severable(real: string): Promise<Severable> {
  const url = new URL(real);
  const upstream = { host: url.hostname, port: Number(url.port) };
  const port = await unusedPort();
  url.port = String(port);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const through = (socket: Socket) => {
    const onward = connect(upstream);
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => end.destroy()).on('close', () => sockets.delete(end));
    }
  };
  return {
    url: url.href,
    async sever() {
      const closing = server;
      server = undefined;
      for (const socket of sockets) socket.destroy();
      if (closing) await new Promise((resolve) => closing.close(resolve));
    },
    async mend() {
      server = createServer(through).listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}
