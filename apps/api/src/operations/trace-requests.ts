import { beginSpan, type OpenSpan, SpanKind } from '@distiller/operations';
import { type FastifyRequest } from 'fastify';
import { type App } from '../dependencies.ts';

const spans = new WeakMap<FastifyRequest, OpenSpan>();

/** A span for each request, of the caller's trace where it sends a `traceparent`. */
export function traceRequests(app: App): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, headers, id } = request;
    const route = routeOptions.url ?? 'none';
    const attributes = { 'http.request.method': method, 'http.route': route, 'distiller.request_id': id };
    const parent = typeof headers['traceparent'] === 'string' ? headers['traceparent'] : undefined;
    const open = beginSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes, parent });
    spans.set(request, open);
    open.within(done);
  });
  app.addHook('onResponse', (request, { statusCode }, done) => {
    spans.get(request)?.end({ 'http.response.status_code': statusCode }, statusCode >= 500);
    done();
  });
}
