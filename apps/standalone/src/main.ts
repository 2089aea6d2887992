import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig, type StandaloneConfig } from './config.ts';
import { claim, publish, release } from './running.ts';
import { type Standalone, startStandalone } from './standalone.ts';

/** Brings the services up and keeps them up until the signal aborts. Takes no arguments. Sets the exit code. */
export async function main(_args: string[], signal: AbortSignal): Promise<void> {
  try {
    const config = readConfig(process.env);
    await mkdir(config.dataDir, { recursive: true });
    const file = join(config.dataDir, 'standalone.json');
    const other = await claim(file);
    if (other) throw new Error(`Already running, as process ${other.pid}: ${other.url ?? 'it is starting'}`);
    await serve(config, { file, signal }).finally(() => release(file));
  } catch (error) {
    if (signal.aborted) return;
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

async function serve(config: StandaloneConfig, { file, signal }: { file: string; signal: AbortSignal }): Promise<void> {
  const onWorkerDeath = (why: Error): void => console.error(`${why.message}\nThe worker is started again.`);
  const standalone = await startStandalone({ ...config, signal, onWorkerDeath });
  try {
    await publish(file, { url: standalone.url, engine: standalone.engine, reason: standalone.reason });
    announce(standalone);
    const failure = await Promise.race([standalone.died, ended(signal)]);
    if (failure) throw failure;
    console.log('Stopping ...');
  } finally {
    await standalone.stop();
  }
}

function announce({ url, engine, reason }: Standalone): void {
  const access =
    process.env['AUTH'] === 'keys'
      ? 'An API key is needed.'
      : 'No API key is needed: whoever is on this machine may do everything (AUTH=keys asks for one).';
  console.log(`Dashboard and API: ${url}
Engine: ${engine} (${reason})
${access}
Ctrl-C stops it.`);
  process.send?.({ type: 'ready', url, engine, reason });
}

function ended(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
}
