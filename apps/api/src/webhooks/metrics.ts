import { Counter, Histogram, type Registry } from 'prom-client';

type WebhookOutcome = 'succeeded' | 'retried' | 'failed';

export interface WebhookMetrics {
  observe(outcome: WebhookOutcome, durationMs: number): void;
}

export function createWebhookMetrics(registry: Registry): WebhookMetrics {
  const labelNames = ['outcome'] as const;
  const registers = [registry];
  const attempts = new Counter({
    name: 'distiller_webhook_attempts_total',
    help: 'requests to webhooks: succeeded, failed but to be tried again, or failed for the last time',
    labelNames,
    registers,
  });
  const duration = new Histogram({
    name: 'distiller_webhook_attempt_duration_seconds',
    help: 'how long receivers take to answer a webhook',
    labelNames,
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 15],
    registers,
  });
  return {
    observe: (outcome, durationMs) => {
      attempts.inc({ outcome });
      duration.observe({ outcome }, durationMs / 1000);
    },
  };
}
