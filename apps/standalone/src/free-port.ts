import { createServer } from 'node:net';

/** A port of 127.0.0.1 that nobody listens on. Another program may take it before we do: be ready for that. */
export async function freePort(): Promise<number> {
  return listen(0);
}

export async function isFree(port: number): Promise<boolean> {
  return listen(port).then(
    () => true,
    () => false,
  );
}

async function listen(port: number): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', reject).listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
