import { type Retries } from './retries.ts';
import { type Service } from './service.ts';

/** What the ways of sending have in common. */
export interface Sending {
  service: Service;
  file: Blob;
  retries: Retries;
  signal: AbortSignal | null;
  onProgress: (sentBytes: number) => void;
}
