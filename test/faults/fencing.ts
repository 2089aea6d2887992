// Processes that stand still, clocks that jump, and two workers at one job.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProducer } from '@distiller/queue';
import { waitUntil } from '../processes.ts';
import { findProgram } from '../programs.ts';
import { checkJob, stateOf, submit, waitForEnds, waitForProgress } from './jobs.ts';
import { NotPossibleError, type Scenario, type ScenarioContext } from './scenario.ts';
import { type Service, startTinyService } from './service.ts';

/** Longer than the queue's lock and its check for stalled jobs together. */
const STILL_MS = 20_000;
const STEPS = 3_000;

export const blocked: Scenario = {
  name: 'blocked',
  harm: 'a training process stands still for 20 s; then its whole worker does, and wakes up again',
  async run(context) {
    const { tally, say } = context;
    const service = await startTinyService(context, { queue: 'redis', workers: 2 });
    const patient = await submit(service, { steps: STEPS });
    await waitForProgress(service, patient);
    await standStill(service.training());
    tally.did('training process stopped for 20 s');
    const { attempt } = await stateOf(service, patient);
    tally.check('a job whose training stands still is not taken for dead', attempt === 1, { attempt });
    await waitForEnds(service, [patient]);
    tally.check('its only attempt ended it', (await stateOf(service, patient)).attempt === 1);

    say('the worker');
    const taken = await submit(service, { steps: 4 * STEPS });
    await waitForProgress(service, taken);
    const holder = await holderOf(service, taken);
    process.kill(holder, 'SIGSTOP');
    await waitUntil(async () => (await stateOf(service, taken)).attempt === 2, 'another takes the job over', 60_000);
    tally.did('worker stopped until another took its job over');
    await waitForProgress(service, taken);
    process.kill(holder, 'SIGCONT');
    await waitUntil(() => service.training().length <= 1, 'the fenced worker ends its training process');
    await conclude(context, service, { id: taken, steps: 4 * STEPS, attempts: 2 });
    tally.check(
      'no worker fell',
      service.workers.every((worker) => worker.starts() === 1),
    );
  },
};

export const twoWorkers: Scenario = {
  name: 'two-workers',
  harm: 'one job is given to two workers, by two queues',
  async run(context) {
    const { tally, ground } = context;
    const service = await startTinyService(context, { queue: 'redis' });
    const otherQueue = await ground.redis();
    const other = service.addWorker({ QUEUE_URL: otherQueue });
    await other.ready();
    for (let round = 1; round <= 3; round++) {
      const id = await submit(service, { steps: STEPS, seed: round });
      await waitForProgress(service, id);
      const producer = createProducer(otherQueue);
      await producer.enqueue({ jobId: id, kind: 'distillation' });
      await producer.close();
      tally.did('job given to a second worker while the first was at it');
      await waitForEnds(service, [id]);
      await checkJob(service, tally, { id, steps: STEPS });
      // The API's sweep knows the first queue only and may give it back to that one.
      tally.check('both had a turn', (await stateOf(service, id)).attempt >= 2);
    }
  },
};

export const clockJumps: Scenario = {
  name: 'clock',
  harm: "the worker's clock jumps forward by an hour, back by two, and forward again",
  async run(context) {
    const { tally, directory, say } = context;
    const library = fakeTimeLibrary();
    const clock = join(directory, 'clock');
    const setClock = (offset: string) => writeFileSync(clock, `${offset}\n`);
    setClock('+0');
    const environment = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      // What measures durations goes on: that is what a machine does whose clock is set.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
    const service = await startTinyService(context, { queue: 'redis', workers: 0 });
    await service.addWorker(environment).ready();
    const id = await submit(service, { steps: 4 * STEPS });
    for (const offset of ['+3600', '-3600', '+0']) {
      await waitForProgress(service, id);
      setClock(offset);
      say(`the clock is at ${offset} s`);
      tally.did('clock set to another hour');
      await checkpointsGoOn(service, id, tally);
    }
    const seen = await timesOf(service, id);
    tally.check('the worker saw the clock jump', seen > 3_000, { spread: seen });
    await conclude(context, service, { id, steps: 4 * STEPS, attempts: 1 });
    const [row] = await service.database.query<{ result: { seconds: number } }>(
      'SELECT result FROM jobs WHERE id = $1',
      [id],
    );
    tally.check('its duration is not negative', row!.result.seconds >= 0, row);
  },
};

async function standStill(pids: number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await sleep(STILL_MS);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
}

/** The pid of the worker that says that it works on the job. */
async function holderOf({ database }: Service, id: string): Promise<number> {
  let pid: number | undefined;
  await waitUntil(async () => {
    const rows = await database.query<{ pid: number }>('SELECT pid FROM workers WHERE job_id = $1', [id]);
    pid = rows[0]?.pid;
    return pid !== undefined;
  }, 'a worker says that it works on the job');
  return pid!;
}

async function conclude(
  { tally }: ScenarioContext,
  service: Service,
  { id, steps, attempts }: { id: string; steps: number; attempts: number },
): Promise<void> {
  await waitForEnds(service, [id]);
  const { attempt } = await stateOf(service, id);
  tally.check('there were as many attempts as workers that took it', attempt === attempts, { id, attempt, attempts });
  await checkJob(service, tally, { id, steps });
}

/** Two new checkpoints, or the job's end. */
async function checkpointsGoOn(service: Service, id: string, tally: ScenarioContext['tally']): Promise<void> {
  const count = async () =>
    (await service.database.query("SELECT 1 FROM events WHERE job_id = $1 AND type = 'checkpoint'", [id])).length;
  const before = await count();
  const goOn = async () => (await count()) >= before + 2 || (await stateOf(service, id)).status === 'succeeded';
  const did = await waitUntil(goOn, 'checkpoints', 20_000).then(
    () => true,
    () => false,
  );
  tally.check('checkpoints go on after the clock has jumped', did);
}

/** How far apart, in seconds, the moments lie that the worker wrote to the job's points. */
async function timesOf({ database }: Service, id: string): Promise<number> {
  const [row] = await database.query<{ seconds: number }>(
    'SELECT extract(epoch FROM max(at) - min(at))::float AS seconds FROM metrics WHERE job_id = $1',
    [id],
  );
  return row!.seconds;
}

/** @throws NotPossibleError */
function fakeTimeLibrary(): string {
  const program = findProgram('faketime', { packages: ['faketime'] });
  const found = program && findLibrary();
  if (!found) throw new NotPossibleError('there is no libfaketime, and it cannot be installed');
  return found;
}

function findLibrary(): string | undefined {
  const multiarch = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch as 'x64' | 'arm64'];
  const places = [`/usr/lib/${multiarch}/faketime`, '/usr/lib/faketime', '/usr/lib64/faketime'];
  return places.map((place) => join(place, 'libfaketimeMT.so.1')).find((path) => existsSync(path));
}
