import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import { fastify, type FastifyServerOptions, LogController } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import helmet from 'helmet';
import { bindHolds, guard } from './access/hooks.ts';
import { identityRoute } from './access/identity-route.ts';
import { limitRates } from './access/rate-limit.ts';
import { sessionRoutes } from './access/session.ts';
import { keepAudit } from './audit/hooks.ts';
import { auditRoutes } from './audit/routes.ts';
import { Registry } from 'prom-client';
import { compileSerializer } from './checked-answer.ts';
import { serveDashboard } from './dashboard.ts';
import { type App } from './dependencies.ts';
import { describeApi } from './describe-api.ts';
import { createEventHub } from './events/hub.ts';
import { eventRoutes } from './events/routes.ts';
import { healthRoutes } from './health/routes.ts';
import { rememberAnswers } from './idempotency/hooks.ts';
import { jobActionRoutes } from './jobs/action-routes.ts';
import { checkpointRoutes } from './jobs/checkpoint-routes.ts';
import { jobFileRoutes } from './jobs/file-routes.ts';
import { jobRoutes } from './jobs/routes.ts';
import { jobSummaryRoutes } from './job-summaries/routes.ts';
import { keyRoutes } from './keys/routes.ts';
import { labelsRoutes } from './labels/routes.ts';
import { metricsRoutes } from './metrics/routes.ts';
import { measureRequests } from './operations/measure-requests.ts';
import { shedLoad } from './operations/shed-load.ts';
import { traceRequests } from './operations/trace-requests.ts';
import { registryRoutes } from './models/registry-routes.ts';
import { modelRoutes } from './models/routes.ts';
import { requireCleanText } from './problems/clean-text.ts';
import { answerError } from './problems/error-handler.ts';
import { ProblemError } from './problems/problem.ts';
import { nameUnknownFields } from './problems/unknown-fields.ts';
import { projectRoutes } from './projects/routes.ts';
import { rolloutsRoutes } from './rollouts/routes.ts';
import { type ServiceDependencies } from './service-dependencies.ts';
import { sweepRoutes } from './sweeps/routes.ts';
import { teacherRoutes } from './teachers/routes.ts';
import { partialUploadRoutes } from './uploads/partial-routes.ts';
import { uploadRoutes } from './uploads/routes.ts';
import { workerRoutes } from './workers/routes.ts';
import { tusRoutes } from './uploads/tus-routes.ts';
import { createTurns } from './uploads/turns.ts';
import { webhookRoutes } from './webhooks/routes.ts';

const MAX_JSON_BYTES = 256 * 1024;
/** A connection on which nothing has moved for so long is cut. Event streams say something every 15 seconds. */
const SILENT_CONNECTION_MS = 120_000;
const HEADERS_TIMEOUT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 30 * 60_000;

const CORS = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  exposedHeaders: [
    'etag',
    'idempotency-replayed',
    'location',
    'ratelimit',
    'ratelimit-policy',
    'repr-digest',
    'retry-after',
    'tus-resumable',
    'upload-expires',
    'upload-length',
    'upload-offset',
    'x-request-id',
  ],
};

/** Builds the API; whoever calls it listens, or injects requests. */
export async function createApp(
  dependencies: ServiceDependencies,
  logger: FastifyServerOptions['logger'] = false,
  metrics: Registry = new Registry(),
): Promise<App> {
  const app: App = fastify({
    logger,
    bodyLimit: MAX_JSON_BYTES,
    connectionTimeout: SILENT_CONNECTION_MS,
    requestTimeout: dependencies.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    genReqId: () => `req_${randomUUID()}`,
    logController: new LogController({ requestIdLogLabel: 'request_id' }),
    // Addresses that cannot even be decoded.
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
    routerOptions: { maxParamLength: 200 },
  }).withTypeProvider<ZodTypeProvider>();
  nameUnknownFields();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(compileSerializer);
  app.setErrorHandler(answerError);
  // Bodies are JSON, and raw bytes where files are uploaded.
  app.removeContentTypeParser('text/plain');
  traceRequests(app);
  measureRequests(app, metrics);
  shedLoad(app, dependencies.maxLoopDelayMs);
  await protect(app, dependencies.corsOrigins);
  await admit(app, dependencies);
  await describeApi(app);

  addRoutes(app, dependencies);
  await serveDashboard(app, dependencies.dashboardDir);
  return app;
}

/** Who asks, whether they may, and what is kept of it. In this order. */
async function admit(app: App, dependencies: ServiceDependencies): Promise<void> {
  await app.register(cookie);
  guard(app, dependencies);
  await limitRates(app, dependencies);
  rememberAnswers(app, dependencies);
  bindHolds(app, dependencies);
  keepAudit(app, dependencies);
}

async function protect(app: App, corsOrigins: string[] = []): Promise<void> {
  // Made once: its plugin makes all of them anew for each request.
  const setSecurityHeaders = helmet({
    // Served over plain http on loopback, where there is no https to insist on.
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
  app.addHook('onRequest', (request, reply, done) => setSecurityHeaders(request.raw, reply.raw, () => done()));
  // Closed but for the sites that were named.
  if (corsOrigins.length > 0) await app.register(cors, { origin: corsOrigins, ...CORS });
  app.addHook('onRequest', ({ method, headers }, _reply, done) => {
    // A POST without a body needs no leave of ours to be sent by any page that a browser shows.
    const isSafe = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
    const site = headers['sec-fetch-site'];
    const isWelcome = corsOrigins.includes(headers.origin ?? '');
    if (!isSafe && !isWelcome && (site === 'cross-site' || site === 'same-site')) {
      throw new ProblemError('cross_site_request', 'sent by a page of another site');
    }
    done();
  });
  app.addHook('preValidation', (request, _reply, done) => {
    requireCleanText(request);
    done();
  });
}

function addRoutes(app: App, dependencies: ServiceDependencies): void {
  const hub = createEventHub(dependencies.storage);
  app.addHook('preClose', () => hub.close());
  app.register((scope, _options, done) => {
    uploadRoutes(scope.withTypeProvider<ZodTypeProvider>(), dependencies);
    done();
  });
  const turns = createTurns();
  app.register((scope, _options, done) => {
    tusRoutes(scope.withTypeProvider<ZodTypeProvider>(), { maxUploadBytes: dependencies.maxUploadBytes, turns });
    done();
  });
  partialUploadRoutes(app, turns);
  teacherRoutes(app);
  rolloutsRoutes(app);
  labelsRoutes(app);
  jobRoutes(app, hub);
  jobActionRoutes(app);
  checkpointRoutes(app);
  sweepRoutes(app);
  jobSummaryRoutes(app);
  jobFileRoutes(app, dependencies);
  eventRoutes(app, hub);
  metricsRoutes(app);
  modelRoutes(app, dependencies);
  sessionRoutes(app, dependencies);
  identityRoute(app, dependencies);
  keyRoutes(app, dependencies.storage);
  projectRoutes(app, dependencies.storage);
  auditRoutes(app, dependencies.storage);
  workerRoutes(app);
  webhookRoutes(app, dependencies);
  registryRoutes(app);
  healthRoutes(app, dependencies);
}
