import { type SweepSpec } from '@distiller/distillation/spec';
import { currentTrace } from '@distiller/operations';
import { type JobRow } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { areSound, validateJob } from '../jobs/validate.ts';
import { type Scope } from '../scope.ts';
import { advanceSweep } from './advance-sweep.ts';
import { enqueueAll } from './enqueue-all.ts';
import { planSweep } from './plan-sweep.ts';

/** Checks every child, stores the sweep with all of them, and puts those that may begin into the queue. */
export async function submitSweep(scope: Scope, spec: SweepSpec, log: FastifyBaseLogger): Promise<JobRow> {
  const { sweep, inputs } = await planSweep(scope, spec);
  const isValidating = !(await areSound(scope.artifacts, inputs));
  const job = { ...sweep.job, isValidating, traceParent: currentTrace() };
  const { id } = await scope.storage.sweeps.create({ ...sweep, job });
  log.info({ job_id: id, kind: spec.kind, children: sweep.children.length }, 'submitted');
  if (isValidating) {
    void validateSweep(scope, id, log).catch((error: unknown) => {
      log.warn(
        { err: error, job_id: id },
        'its inputs could not be looked at; the sweep of unfinished work will try again',
      );
    });
  } else {
    await enqueueAll(scope, await scope.storage.sweeps.queued(id), log);
    await advanceSweep(scope, id, log);
  }
  return (await scope.storage.jobs.get(id))!;
}

async function validateSweep(scope: Scope, id: string, log: FastifyBaseLogger): Promise<void> {
  await validateJob(scope, { id, kind: 'sweep', priority: 0, needsGpu: false }, log);
  await advanceSweep(scope, id, log);
}
