import { type ArtifactStore } from '@distiller/storage';

/** What every kind of work needs of its process. */
export interface WorkContext {
  store: ArtifactStore;
  /** When aborted, the work tells a last checkpoint and ends without `finished`. */
  signal: AbortSignal;
  /** Of decoded frames that it may hold. */
  framesBytes: number;
}
