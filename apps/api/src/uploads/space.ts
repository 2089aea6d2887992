import { QuotaExceededError } from '@distiller/storage';
import { type FastifyRequest } from 'fastify';
import { callerOf } from '../access/caller.ts';
import { scoped } from '../scope.ts';

/** @throws QuotaExceededError when the key's project would keep more than the key allows */
export async function requireSpace(request: FastifyRequest, bytes: number): Promise<void> {
  const { storedBytes = Infinity } = callerOf(request).limits;
  if (storedBytes === Infinity) return;
  const stored = await scoped(request).storage.storedBytes();
  if (stored + bytes > storedBytes) throw new QuotaExceededError('stored_bytes', storedBytes);
}
