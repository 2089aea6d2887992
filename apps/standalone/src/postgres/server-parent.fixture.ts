import { startPostgres } from './server.ts';

/** A process that starts a server, tells its pid, and waits to be killed. */
const [directory = '', logFile = ''] = process.argv.slice(2);
const server = await startPostgres({ directory, logFile, durable: false });
process.send?.(server.pid);
setInterval(() => undefined, 60_000);
