import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { unusedPort } from './unused-port.ts';

/** A way to a server that can be cut and mended, as a network or a restart does. */
export interface Severable {
  /** The server's address, by this way. */
  url: string;
  /** From now on nobody gets through; whoever was connected is cut off. */
  sever(): Promise<void>;
  /** @param to the server's address where it is another now */
  mend(to?: string): Promise<void>;
}

/** @param real the server's own address; the way begins cut */
export async function severable(real: string): Promise<Severable> {
  const url = new URL(real);
  const addressOf = ({ hostname, port }: URL) => ({ host: hostname, port: Number(port) });
  let upstream = addressOf(url);
  const port = await unusedPort();
  url.port = String(port);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const through = (socket: Socket) => {
    const onward = connect(upstream);
    socket.pipe(onward).pipe(socket);
    // Where the server refuses or goes away, whoever came by this way is told.
    onward.on('close', () => socket.destroySoon());
    socket.on('close', () => onward.destroySoon());
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
    async mend(to) {
      if (to !== undefined) upstream = addressOf(new URL(to));
      server = createServer(through).listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}
