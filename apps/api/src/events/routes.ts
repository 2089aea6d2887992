import { isFinal } from '@distiller/storage';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { requireJob } from '../jobs/routes.ts';
import { problemResponses } from '../problems/schema.ts';
import { scoped } from '../scope.ts';
import { type EventHub } from './hub.ts';
import { JobEvent, toEvent } from './schema.ts';
import { eventStream } from './stream.ts';

const Seq = z.coerce.number().int().min(0).max(0x7fff_ffff);

const EventPage = z
  .object({
    data: z.array(JobEvent),
    has_more: z.boolean(),
    next: z.int().describe('give it as `after` to go on from here'),
  })
  .meta({ id: 'JobEventPage' });

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Proxies that gather a response before they hand it on must not.
  'x-accel-buffering': 'no',
};

export function eventRoutes(app: App, hub: EventHub): void {
  app.get(
    '/v1/jobs/:id/events',
    {
      schema: {
        tags: ['jobs'],
        operationId: 'listJobEvents',
        summary: "A job's history as a page, or as a stream (Accept: text/event-stream)",
        description:
          'The stream begins after `Last-Event-ID` (or `after`), sends each event with its `seq` as id, and ends after the job has. Asked for what comes after the end, it answers 204.',
        params: z.strictObject({ id: z.string() }),
        querystring: z.strictObject({
          after: Seq.default(0).describe('only events with a greater `seq`'),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        headers: z.looseObject({ 'last-event-id': Seq.optional().describe('for streams; wins over `after`') }),
        response: {
          200: {
            description: 'Events in order',
            content: {
              'application/json': { schema: EventPage },
              'text/event-stream': { schema: z.unknown().meta({ type: 'string' }) },
            },
          },
          204: z.null().describe('There will be no more events'),
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      const { params, query, headers } = request;
      const { storage } = scoped(request);
      const job = await requireJob(storage, params.id);
      const isStream = request.method === 'GET' && headers['accept']?.includes('text/event-stream');
      const afterSeq = isStream ? (headers['last-event-id'] ?? query.after) : query.after;
      const limit = isStream ? 1 : query.limit + 1;
      const found = await storage.events.list(job.id, { afterSeq, limit });
      if (!isStream) {
        const data = found.slice(0, query.limit).map(toEvent);
        const page = { data, has_more: found.length > query.limit, next: data.at(-1)?.seq ?? afterSeq };
        return page satisfies z.infer<typeof EventPage>;
      }
      if (isFinal(job.status) && found.length === 0) return reply.code(204).send(null);
      return reply.headers(STREAM_HEADERS).send(eventStream({ hub, jobId: job.id, afterSeq }));
    },
  );
}
