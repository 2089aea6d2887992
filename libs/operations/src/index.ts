export { checkAll, type Checks, type Readiness } from './readiness.ts';
export { readFileVariables } from './read-files.ts';
export { createRegistry } from './registry.ts';
export { startStatusServer, type StatusServer } from './status-server.ts';
export {
  beginSpan,
  currentTrace,
  type OpenSpan,
  span,
  SpanKind,
  type SpanOptions,
  startTracing,
  traceFields,
} from './tracing.ts';
