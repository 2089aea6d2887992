import { type Storage } from '@distiller/storage';
import { type Redis } from 'ioredis';
import { type Dependencies } from './dependencies.ts';

/** What the process stands on, the rows of all projects among it. No route that answers with rows may import this. */
export interface ServiceDependencies extends Dependencies {
  storage: Storage;
  /** Where requests are counted, if not in this process. */
  redis?: Redis | undefined;
  /** Sites whose pages may use the API from a browser; none where it is left out. */
  corsOrigins?: string[] | undefined;
  /** How long a request may take to arrive. */
  requestTimeoutMs?: number | undefined;
}
