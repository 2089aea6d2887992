import { createRegistry } from '@distiller/operations';
import { Gauge, type Registry } from 'prom-client';
import { type ServiceDependencies } from '../service-dependencies.ts';

/** What is true of the whole service, looked up when it is asked for; what is away then is left out. */
export function createServiceMetrics({
  storage,
  producer,
}: Pick<ServiceDependencies, 'storage' | 'producer'>): Registry {
  const registry = createRegistry();
  gauge('distiller_jobs', 'jobs that there are', 'status', () => storage.jobs.countByStatus());
  gauge('distiller_queue_waiting', 'jobs that wait in a lane of the queue', 'lane', () => producer.waiting());
  gauge('distiller_workers', 'workers that are known', 'status', async () => {
    const counts = { idle: 0, busy: 0, draining: 0, lost: 0 };
    for (const { status } of await storage.workers.list()) counts[status]++;
    return counts;
  });
  return registry;

  function gauge(name: string, help: string, label: string, count: () => Promise<Record<string, number>>): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      async collect() {
        this.reset();
        const counts = await count().catch(() => ({}));
        for (const [value, total] of Object.entries(counts)) this.set({ [label]: value }, total);
      },
    });
  }
}
