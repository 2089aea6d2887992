import { collectDefaultMetrics, Registry } from 'prom-client';

/** Metrics of one process, with those of Node itself: memory, event loop, garbage collection. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
