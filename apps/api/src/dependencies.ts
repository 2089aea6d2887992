import { type Producer } from '@distiller/queue';
import { type ArtifactStore } from '@distiller/storage';
import { type FastifyBaseLogger, type FastifyInstance, type RawServerDefault } from 'fastify';
import { type ZodTypeProvider } from 'fastify-type-provider-zod';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type UrlGuard } from './webhooks/url-guard.ts';

/**
 * What the routes stand on. The rows are not among it: a route gets those of the request's project (`scoped`), and cannot
 * reach others.
 */
export interface Dependencies {
  artifacts: ArtifactStore;
  producer: Producer;
  maxUploadBytes: number;
  /** Whether requests need an API key; off where it is left out. */
  auth?: 'off' | 'keys' | undefined;
  /** When aborted, the process is on its way out: it answers, and says that it is not ready. */
  draining?: AbortSignal | undefined;
  /** How late the event loop may be before new requests are refused. */
  maxLoopDelayMs?: number | undefined;
  /** Where the built dashboard is; undefined: none is served. */
  dashboardDir?: string | undefined;
  /** Says where webhooks may lead; where it is left out, to public addresses. */
  webhookGuard?: UrlGuard | undefined;
}

/** A Fastify whose routes are typed by their Zod schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
