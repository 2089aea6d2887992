import { type Identity, ProblemError } from '@distiller/client';
import { useQuery } from '@tanstack/react-query';
import { service } from './service.ts';

export const IDENTITY = ['identity'] as const;

/** Who the service takes this browser for. */
export function useIdentity() {
  return useQuery({ queryKey: IDENTITY, queryFn: () => service.identity(), staleTime: 60_000 });
}

/** True where the service wants a key, or another one. */
export function isRefused(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}

export function isAdmin(identity: Identity | undefined): boolean {
  return identity?.scopes.includes('admin') ?? false;
}

/** From then on a cookie tells the service who asks. @throws ProblemError */
export async function signIn(key: string): Promise<void> {
  const body = JSON.stringify({ key });
  const answer = await fetch('/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (!answer.ok) throw new ProblemError(answer.status, (await answer.json()) as object);
}

export async function signOut(): Promise<void> {
  await fetch('/session', { method: 'DELETE' });
}
