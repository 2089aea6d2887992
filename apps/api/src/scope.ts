import { type ProjectStorage } from '@distiller/storage';
import { type FastifyRequest } from 'fastify';
import { type Dependencies } from './dependencies.ts';

/** What a request's handler works with: its rows are those of the request's project, and no others exist for it. */
export interface Scope extends Dependencies {
  storage: ProjectStorage;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before a request to /v1 reaches its route; `scoped` reads it. */
    scope: Scope | null;
  }
}

/** The dependencies of one request. */
export function scoped({ scope }: Pick<FastifyRequest, 'scope'>): Scope {
  if (!scope) throw new Error('the request is in no project');
  return scope;
}
