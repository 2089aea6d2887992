import { DEFAULT_PROJECT, type KeyRow, type Limits } from '@distiller/storage';
import { type FastifyRequest } from 'fastify';
import { Scope } from './scopes.ts';

/** Who sends a request. */
export interface Caller {
  projectId: string;
  /** Null: nobody in particular, where no key is needed. */
  key: KeyRow | null;
  scopes: readonly string[];
  limits: Limits;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before a request to /v1 reaches its route. */
    caller: Caller | null;
  }
}

/** Everybody, where no key is needed: may do everything, in the default project. */
export const ANYBODY: Caller = { projectId: DEFAULT_PROJECT, key: null, scopes: Scope.options, limits: {} };

export function callerWith(key: KeyRow): Caller {
  return { projectId: key.projectId, key, scopes: key.scopes, limits: key.limits };
}

export function callerOf({ caller }: FastifyRequest): Caller {
  if (!caller) throw new Error('the request has no caller');
  return caller;
}
