import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

export { SpanKind };

const TRACER = 'distiller';

/**
 * Sends spans to OTEL_EXPORTER_OTLP_ENDPOINT (OTLP over HTTP); without it nothing is loaded and every span costs nothing.
 * The exporter and the sampler read the other standard variables (OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER …).
 * @returns sends what is left, and ends
 */
export async function startTracing(service: string): Promise<() => Promise<void>> {
  if (!process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] && !process.env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) {
    return () => Promise.resolve();
  }
  const { startSdk } = await import('./tracing-sdk.ts');
  return startSdk(service);
}

export interface SpanOptions {
  kind: SpanKind;
  attributes?: Record<string, string | number>;
  /** W3C `traceparent` of what caused it; the span that is under way unless given. */
  parent?: string | undefined;
}

/** A span that ends elsewhere than it begins. */
export interface OpenSpan {
  /** What is begun in here belongs to the span. */
  within<T>(work: () => T): T;
  end(attributes?: Record<string, string | number>, failed?: boolean): void;
}

export function beginSpan(name: string, { kind, attributes = {}, parent }: SpanOptions): OpenSpan {
  const from = parent ? propagation.extract(context.active(), { traceparent: parent }) : context.active();
  const begun = trace.getTracer(TRACER).startSpan(name, { kind, attributes }, from);
  const inside = trace.setSpan(from, begun);
  return {
    within: (work) => context.with(inside, work),
    end: (more = {}, failed = false) => {
      begun.setAttributes(more);
      if (failed) begun.setStatus({ code: SpanStatusCode.ERROR });
      begun.end();
    },
  };
}

/** Does the work as a span; what it throws marks it as failed and is thrown on. */
export async function span<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const open = beginSpan(name, options);
  try {
    const done = await open.within(work);
    open.end();
    return done;
  } catch (error) {
    open.end({ 'error.message': error instanceof Error ? error.message : String(error) }, true);
    throw error;
  }
}

/** The `traceparent` of the span under way; undefined where nothing is traced. */
export function currentTrace(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** For log lines: which trace they belong to. */
export function traceFields(): object {
  const active = trace.getActiveSpan()?.spanContext();
  return active ? { trace_id: active.traceId, span_id: active.spanId } : {};
}
