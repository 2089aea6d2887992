// Plain JavaScript: Node 20 does not pass a TypeScript loader on to its threads, so this one brings its own.
import { register } from 'tsx/esm/api';

register();
await import('./inspect-in-thread.ts');
