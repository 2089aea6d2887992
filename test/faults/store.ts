// An artifact store that is full, read-only, slow, or holds half a checkpoint.
import { spawnSync } from 'node:child_process';
import { mkdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../processes.ts';
import { startS3 } from '../s3.ts';
import { checkJob, checkStore, stateOf, submit, waitForCheckpoint, waitForEnds, waitForProgress } from './jobs.ts';
import { isApart } from './apart.ts';
import { NotPossibleError, type Scenario, type ScenarioContext } from './scenario.ts';
import { artifactsDirectory, type Service, startTinyService } from './service.ts';
import { slowProxy } from './slow-proxy.ts';

const ENDLESS = 1_000_000;
const STEPS = 600;

export const storeFull: Scenario = {
  name: 'store-full',
  harm: 'the artifact store has no space left, then is read-only, while a job is at work',
  async run(context) {
    const { directory, tally, say } = context;
    const artifacts = artifactsDirectory(directory);
    await mkdir(artifacts);
    mountOwn(context, artifacts);
    const service = await startTinyService(context);

    say('filling');
    const filler = join(artifacts, 'filler');
    await failing(context, service, {
      harm: async () => {
        await fill(filler);
        tally.did('artifact store filled to its last byte');
      },
      says: 'ENOSPC',
    });
    const upload = await uploadTo(service);
    tally.check('an upload is refused with 507 and the reason', upload.status === 507, upload);
    await rm(filler);

    say('read-only');
    await failing(context, service, {
      harm: async () => {
        // Refused while a file is just being written.
        const isReadOnly = () => tryMount(['-o', 'remount,ro', artifacts]).status === 0;
        await waitUntil(isReadOnly, 'the file system is read-only');
        tally.did('artifact store made read-only');
      },
      says: 'EROFS',
    });
    mount(['-o', 'remount,rw', artifacts]);
    tally.check('writable again, an upload is taken', (await uploadTo(service)).status === 201);
    const id = await submit(service, { steps: STEPS });
    await waitForEnds(service, [id]);
    await checkJob(service, tally, { id, steps: STEPS });
    await checkStore(artifacts, tally);
  },
};

export const halfWritten: Scenario = {
  name: 'half-written',
  harm: "the newest checkpoint's file is cut in half, as by a machine that lost its power",
  async run(context) {
    const { directory, tally } = context;
    const service = await startTinyService(context);
    const id = await submit(service, { steps: ENDLESS });
    await waitForCheckpoint(service, id);
    await service.client.jobs.pause(id, { checkpoint: 'latest' });
    await waitUntil(async () => (await stateOf(service, id)).status === 'paused', 'it is paused');
    const [kept] = await checkpointFiles(service, id);
    const path = join(artifactsDirectory(directory), 'objects', kept!.sha256.slice(0, 2), kept!.sha256);
    await truncate(path, Math.floor((await stat(path)).size / 2));
    tally.did('checkpoint cut in half');
    const served = await fetch(
      `${service.urls[0]}/v1/jobs/${id}/checkpoints/${kept!.step}/download?file=${kept!.name}`,
    );
    const body = await served.text();
    tally.check('half a checkpoint is not served', served.status === 500 && body.includes('artifact_damaged'), body);
    await service.client.jobs.resume(id);
    const [ended] = await waitForEnds(service, [id]);
    const isSaid = ended!.status === 'failed' && ended!.error?.code === 'inputs_lost';
    tally.check(
      'the job fails and says that its checkpoint is damaged',
      isSaid && ended!.error!.message.includes(kept!.sha256),
      ended,
    );
  },
};

export const storeSlow: Scenario = {
  name: 'store-slow',
  harm: 'an S3 store that takes a second and a half for every answer',
  async run(context) {
    const { tally, onEnd, directory } = context;
    const s3 = await startS3();
    if (!s3) throw new NotPossibleError('there is no Python with an S3 server, and none can be made');
    onEnd(() => s3.stop());
    const url = new URL(await s3.newStoreUrl());
    const proxy = await slowProxy(url.searchParams.get('endpoint')!);
    onEnd(() => proxy.close());
    url.searchParams.set('endpoint', proxy.url);
    url.searchParams.set('cache', join(directory, 'cache'));
    const service = await startTinyService(context, { workers: 2, environment: { ARTIFACTS_URL: url.href } });
    const before = proxy.delayed();
    proxy.slowDown(1_500);
    const ids = [await submit(service, { steps: STEPS }), await submit(service, { steps: STEPS, seed: 2 })];
    await waitForProgress(service, ids[0]!);
    const listed = await fetch(`${service.urls[0]}/v1/jobs`);
    tally.check('what needs no artifact is answered meanwhile', listed.status === 200, listed.status);
    const states = await waitForEnds(service, ids);
    tally.did('answer of the store delayed by 1.5 s', proxy.delayed() - before);
    for (const state of states) {
      await checkJob(service, tally, { id: state.id, steps: STEPS });
      tally.check('nobody took the job for dead', state.attempt === 1, state);
    }
  },
};

interface Failing {
  harm: () => Promise<void>;
  /** What the file system calls it. */
  says: string;
}

/** A job at work meets the harm: it fails and says why, and what it had kept is there. */
async function failing({ tally }: ScenarioContext, service: Service, { harm, says }: Failing): Promise<void> {
  const id = await submit(service, { steps: ENDLESS });
  await waitForCheckpoint(service, id);
  await harm();
  const [ended] = await waitForEnds(service, [id]);
  const isSaid = ended!.status === 'failed' && ended!.error?.code === 'store_unwritable';
  tally.check('the job fails with the reason', isSaid && ended!.error!.message.includes(says), ended);
  const files = await checkpointFiles(service, id);
  tally.check('its last checkpoint is still known', files.length === 2, files);
  for (const { step, name, sha256, bytes } of files) {
    const response = await fetch(`${service.urls[0]}/v1/jobs/${id}/checkpoints/${step}/download?file=${name}`);
    const length = (await response.arrayBuffer()).byteLength;
    tally.check('a file of its last checkpoint is served whole', response.status === 200 && length === bytes, {
      status: response.status,
      sha256,
    });
  }
  const ready = await fetch(`${service.urls[0]}/readyz`);
  tally.check('the service says that it is not ready', ready.status === 503, ready.status);
}

interface KeptFile {
  step: number;
  name: string;
  sha256: string;
  bytes: number;
}

async function checkpointFiles({ database }: Service, id: string): Promise<KeptFile[]> {
  return database.query<KeptFile>(
    `SELECT step, name, c.sha256, bytes::int AS bytes FROM checkpoints c JOIN artifacts a ON a.sha256 = c.sha256
     WHERE job_id = $1 ORDER BY step DESC, name DESC`,
    [id],
  );
}

async function uploadTo({ urls }: Service): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/octet-stream' };
  const response = await fetch(`${urls[0]}/v1/uploads`, { method: 'POST', headers, body: new Uint8Array(200_000) });
  return { status: response.status, text: await response.text() };
}

const TMPFS_SIZE = '8m';

/** A file system of the scenario's own, which nobody outside sees. @throws NotPossibleError where we may not mount */
function mountOwn({ onEnd }: ScenarioContext, directory: string): void {
  mount(['-t', 'tmpfs', '-o', `size=${TMPFS_SIZE},mode=755`, 'tmpfs', directory]);
  onEnd(() => spawnSync('umount', ['-l', directory], { stdio: 'ignore' }));
}

const tryMount = (args: string[]) => spawnSync('mount', args, { encoding: 'utf8' });

function mount(args: string[]): void {
  if (!isApart()) {
    throw new NotPossibleError('a file system of its own cannot be mounted: that takes root and unshare');
  }
  const { status, stderr } = tryMount(args);
  if (status !== 0) throw new NotPossibleError(`mount ${args.join(' ')}: ${stderr}`);
}

/** Writes until there is no space left, in ever smaller pieces. */
async function fill(file: string): Promise<void> {
  await writeFile(file, '');
  for (const bytes of [64 * 1024, 4096, 512, 1]) {
    try {
      for (;;) await writeFile(file, Buffer.alloc(bytes), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}
