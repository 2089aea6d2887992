// A thousand open event streams, and clients that never read theirs.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { JobSpec } from '@distiller/distillation/spec';
import { createStorage, type NewEvent } from '@distiller/storage';
import { waitUntil } from '../processes.ts';
import { tinySpec } from '../tiny-distillation.ts';
import { askWhile } from './asking.ts';
import { type Scenario } from './scenario.ts';
import { startService } from './service.ts';

const STREAMS = 1_000;
const UNREAD = 20;
const EVENTS = 20;
/** Of the job whose history nobody reads. */
const HISTORY = { events: 8_000, bytesEach: 2_000 };
/** Far less than one unread history would take twenty times, far more than noise. */
const MEMORY_BOUND_MIB = 200;

export const streams: Scenario = {
  name: 'streams',
  harm: '1,000 open event streams, and 20 clients that never read theirs',
  async run(context) {
    const { tally, onEnd, say } = context;
    const service = await startService(context, { workers: 0 });
    const storage = createStorage({ databaseUrl: service.database.url });
    onEnd(() => storage.close());
    const newJob = async () => {
      const spec = JobSpec.parse(tinySpec());
      const { id } = await storage.jobs.create({ kind: spec.kind, spec, totalSteps: 1, metadata: {} });
      await storage.jobs.claim(id);
      return { id, fence: { jobId: id, attempt: 1 } };
    };
    const [long, live] = [await newJob(), await newJob()];
    const line = { type: 'message', message: 'x'.repeat(HISTORY.bytesEach) };
    for (let done = 0; done < HISTORY.events; done += 1_000) {
      await storage.jobs.recordProgress(long.fence, { events: Array.from({ length: 1_000 }, () => line as NewEvent) });
    }
    const port = Number(new URL(service.urls[0]!).port);
    const sockets: Socket[] = [];
    onEnd(() => sockets.forEach((socket) => socket.destroy()));
    const memory = () => residentMib(service.apis[0]!.pid());
    // What the process takes once it has worked at all is not the streams'.
    await fetch(`${service.urls[0]}/v1/jobs/${long.id}/events?limit=1000`).then((response) => response.text());
    const before = memory();

    for (let unread = 0; unread < UNREAD; unread++) {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket.pause().on('error', () => undefined));
      socket.write(requestFor(long.id));
    }
    tally.did('client that never reads its stream of 16 MB', UNREAD);
    say(`${UNREAD} clients read nothing`);

    const readers = Array.from({ length: STREAMS }, () => openReader(port, live.id));
    sockets.push(...readers.map(({ socket }) => socket));
    tally.did('open event stream', STREAMS);
    // Queued and running: what the job's history holds by now.
    await waitUntil(() => readers.every(({ seqs }) => seqs.length === 2), 'every stream has the history', 120_000);
    say(`${STREAMS} streams are open`);
    let over = false;
    const asking = askWhile([`${service.urls[0]}/v1/jobs`], { tally, isOver: () => over });
    for (let event = 0; event < EVENTS; event++) {
      await storage.jobs.recordProgress(live.fence, { events: [{ type: 'message', message: `${event}` }] });
      await sleep(250);
    }
    await storage.jobs.finish(live.fence, { status: 'cancelled' });
    await waitUntil(() => readers.every(({ isEnded }) => isEnded()), 'every stream has ended', 120_000);
    over = true;
    const { counts, total } = await asking;
    tally.check('other clients are answered 200', counts['200'] === total, counts);
    tally.measured('requests of other clients meanwhile', total);
    const expected = Array.from({ length: EVENTS + 3 }, (_, index) => index + 1).join();
    for (const { seqs } of readers)
      tally.check('a stream told every event once, in order', seqs.join() === expected, seqs);

    const growth = memory() - before;
    tally.measured('growth of the resident memory, MiB', Math.round(growth));
    tally.check(`the memory grew by less than ${MEMORY_BOUND_MIB} MiB`, growth < MEMORY_BOUND_MIB, growth);
    tally.check('the process is the one that was there before', service.apis[0]!.starts() === 1);
  },
};

const requestFor = (id: string) =>
  `GET /v1/jobs/${id}/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n`;

/** A stream of which only the numbers of the events are kept. */
function openReader(port: number, id: string) {
  const socket = connect(port, '127.0.0.1');
  const seqs: number[] = [];
  let [rest, ended] = ['', false];
  socket.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.startsWith('id: ')) seqs.push(Number(line.slice(4)));
  });
  socket.on('error', () => undefined).on('close', () => (ended = true));
  socket.write(requestFor(id));
  return { socket, seqs, isEnded: () => ended };
}

function residentMib(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
