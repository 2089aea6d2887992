import { type Storage } from '@distiller/storage';
import { type Dependencies } from './dependencies.ts';

/** What the process stands on, the rows of all projects among it. No route that answers with rows may import this. */
export interface ServiceDependencies extends Dependencies {
  storage: Storage;
}
