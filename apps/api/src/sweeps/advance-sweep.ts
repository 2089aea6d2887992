import { type ProjectStorage } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { type Dependencies } from '../dependencies.ts';
import { enqueueAll } from './enqueue-all.ts';

/** Of a request, or of the periodic sweep of unfinished work. */
interface Means extends Pick<Dependencies, 'producer'> {
  storage: { sweeps: Pick<ProjectStorage['sweeps'], 'advance'> };
}

/** Does what is to be done about a sweep of jobs now; see `nextMoves`. */
export async function advanceSweep(dependencies: Means, id: string, log: FastifyBaseLogger): Promise<void> {
  await enqueueAll(dependencies, await dependencies.storage.sweeps.advance(id), log);
}
