import { type Client, ProblemError } from '@distiller/client';
import { type Finding } from './finding.ts';

type Readiness = NonNullable<Awaited<ReturnType<Client['readiness']>>>;
type Worker = Awaited<ReturnType<Client['workers']>>[number];

const PARTS: { part: keyof Readiness['checks']; what: string; mend: string }[] = [
  { part: 'database', what: 'Postgres', mend: 'is DATABASE_URL of the API right, and does Postgres run there?' },
  { part: 'queue', what: 'queue', mend: 'is QUEUE_URL of the API right, and does Redis, or Postgres, run there?' },
  {
    part: 'artifacts',
    what: 'artifact store',
    mend: 'is ARTIFACTS_URL of the API right, with room and the right to write?',
  },
];

/** Asks the service how it is, as far as it answers. */
export async function examineService(client: Client, url: string): Promise<Finding[]> {
  const readiness = await client.readiness().catch((error: unknown) => error as Error);
  if (!readiness || readiness instanceof Error) {
    const mend = 'start it (npm start, docker compose up), or say where it is with --url';
    return [{ what: 'service', state: 'failed', detail: `${url} does not answer`, mend }];
  }
  const answers: Finding = { what: 'service', state: 'ok', detail: `${url} is ${readiness.status}` };
  return [answers, ...examineParts(readiness), ...(await examineAccess(client))];
}

function examineParts({ checks }: Readiness): Finding[] {
  return PARTS.map(({ part, what, mend }) =>
    checks[part] === 'ok'
      ? { what, state: 'ok', detail: 'can be used' }
      : { what, state: 'failed', detail: 'cannot be used', mend },
  );
}

async function examineAccess(client: Client): Promise<Finding[]> {
  try {
    const { auth, project, scopes } = await client.identity();
    const detail = auth === 'off' ? 'none is needed here' : `project ${project}: ${scopes.join(', ')}`;
    return [{ what: 'API key', state: 'ok', detail }, ...examineWorkers(await client.workers())];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return [{ what: 'API key', state: 'failed', detail: error.message, mend: 'distill login' }];
  }
}

export function examineWorkers(
  workers: readonly Pick<Worker, 'status' | 'engine' | 'device' | 'gpu' | 'memory_bytes'>[],
): Finding[] {
  const alive = workers.filter(({ status }) => status !== 'lost');
  if (alive.length === 0) {
    const detail = workers.length === 0 ? 'none has ever come' : 'all that there were are lost';
    const mend =
      'npm start brings one; elsewhere start apps/worker with the same DATABASE_URL, QUEUE_URL and ARTIFACTS_URL';
    return [{ what: 'workers', state: 'failed', detail, mend }];
  }
  const engines = alive.map(({ status, engine, device, memory_bytes: bytes }): Finding => {
    return {
      what: 'worker',
      state: 'ok',
      detail: `${engine} on ${device}, ${Math.round(bytes / 2 ** 30)} GiB, ${status}`,
    };
  });
  if (alive.some(({ gpu }) => gpu)) return [...engines, { what: 'GPU', state: 'ok', detail: 'a worker has one' }];
  const mend =
    'COMPUTE_CUDA=1 at the set-up of a worker with an NVIDIA card, or COMPUTE=webgpu: see libs/compute/README.md';
  return [...engines, { what: 'GPU', state: 'missing', detail: 'no worker has one: jobs that require one wait', mend }];
}
