import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArcadeError } from './arcade-error.ts';
import { createMessageReader, encodeMessage, type Message } from './messages.ts';

const SCRIPTS = fileURLToPath(new URL('../python/', import.meta.url));
const STDERR_KEPT = 4_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** The Python process: one reply to each request, in order. */
export interface Emulator {
  /** @throws ArcadeError with what Python said, when it refuses or dies */
  request(header: object, payload?: Uint8Array): Promise<Message>;
  /** Ends the process, and resolves when it is gone. */
  close(): Promise<void>;
}

interface Waiting {
  resolve: (message: Message) => void;
  reject: (error: Error) => void;
}

/** Starts a program of `python/`, which speaks the protocol of python/messages.py; `what` it is called where it ends unasked. */
export function startEmulator(python: string, script = 'arcade.py', what = 'emulator'): Emulator {
  // Isolated: neither the user's PYTHONPATH nor the working directory decides what is imported.
  const child = spawn(python, ['-I', join(SCRIPTS, script)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting: Waiting[] = [];
  const ended = whenEnded(child, what);
  let death: ArcadeError | undefined;
  void ended.then((error) => {
    death = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  child.stdout.on(
    'data',
    createMessageReader((message) => waiting.shift()?.resolve(message)),
  );
  // A write to a process that just died fails here; its end is reported where the reply is awaited.
  child.stdin.on('error', () => {});

  return {
    async request(header, payload) {
      if (death) throw death;
      child.stdin.write(encodeMessage(header, payload));
      const reply = await new Promise<Message>((resolve, reject) => waiting.push({ resolve, reject }));
      const error = (reply.header as { error?: string }).error;
      if (error !== undefined) throw new ArcadeError(error);
      return reply;
    },
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Resolves, with what is to be told of it, when the process is gone or could not be started. */
async function whenEnded(child: ChildProcess, what: string): Promise<ArcadeError> {
  let said = '';
  child.stderr?.on('data', (piece: Buffer) => (said = (said + piece.toString()).slice(-STDERR_KEPT)));
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return new ArcadeError(`The ${what}'s process ended (${signal ?? `exit code ${code}`}). ${said}`.trim());
  } catch (cause) {
    return new ArcadeError(`The ${what}'s process did not start: ${String(cause)}`, { cause });
  }
}
