import { z } from 'zod';
import { type App, type Dependencies } from '../dependencies.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { fieldProblem } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { scoped } from '../scope.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { knownWebhook, requireWebhook } from './require-webhook.ts';
import { NewWebhook, toWebhook, Webhook, WebhookChanges, WebhookInput } from './schema.ts';
import { newWebhookSecret } from './signature.ts';
import { createUrlGuard, RefusedUrlError, type UrlGuard } from './url-guard.ts';

const tags = ['webhooks'];
const params = z.strictObject({ id: z.string().max(100) });
const OVERLAP_MS = 24 * 3_600_000;

/** Where a project is told of what happens. */
export function webhookRoutes(app: App, { webhookGuard: guard = createUrlGuard() }: Dependencies): void {
  app.post(
    '/v1/webhooks',
    {
      config: { isSecret: true },
      schema: {
        tags,
        operationId: 'createWebhook',
        summary: 'Be told of what happens; the answer is the only one that tells the secret',
        body: WebhookInput,
        response: { 201: NewWebhook, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { webhooks } = scoped(request).storage;
      const { url, description, events, disabled: isDisabled } = request.body;
      await requireAllowed(guard, url);
      const secret = newWebhookSecret();
      const created = await webhooks.create({ url, description, events: [...new Set(events)], secret, isDisabled });
      return reply
        .code(201)
        .header('location', `/v1/webhooks/${created.id}`)
        .send({ ...toWebhook(created), secret });
    },
  );

  app.get(
    '/v1/webhooks',
    {
      schema: {
        tags,
        operationId: 'listWebhooks',
        querystring: PageQuery,
        response: { 200: pageOf(Webhook), ...problemResponses },
      },
    },
    async (request) => toPage(await scoped(request).storage.webhooks.list(pageRequest(request.query)), toWebhook),
  );

  app.get(
    '/v1/webhooks/:id',
    { schema: { tags, operationId: 'getWebhook', params, response: { 200: Webhook, ...problemResponses } } },
    async (request) => toWebhook(await requireWebhook(scoped(request).storage, request.params.id)),
  );

  app.patch(
    '/v1/webhooks/:id',
    {
      schema: {
        tags,
        operationId: 'updateWebhook',
        summary: 'Change what is given; disabling ends what waits to be sent',
        params,
        body: WebhookChanges,
        response: { 200: Webhook, ...problemResponses },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { webhooks } = scoped(request).storage;
      const { disabled, events, url, description } = request.body;
      knownWebhook(await webhooks.get(id), id);
      if (url !== undefined) await requireAllowed(guard, url);
      const changes = {
        ...(url !== undefined && { url }),
        ...(description !== undefined && { description }),
        ...(events && { events: [...new Set(events)] }),
        ...(disabled !== undefined && { isDisabled: disabled }),
      };
      return toWebhook(knownWebhook(await webhooks.update(id, changes), id));
    },
  );
  lifeRoutes(app);
  deliveryRoutes(app);
}

/** How a webhook's life goes on. */
function lifeRoutes(app: App): void {
  app.delete(
    '/v1/webhooks/:id',
    {
      schema: {
        tags,
        operationId: 'deleteWebhook',
        summary: 'Nothing more is sent to it, and the log of its deliveries goes with it',
        params,
        response: { 204: z.undefined(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      knownWebhook((await scoped(request).storage.webhooks.delete(id)) || null, id);
      return reply.code(204).send(undefined);
    },
  );

  app.post(
    '/v1/webhooks/:id/rotate_secret',
    {
      config: { isSecret: true },
      schema: {
        tags,
        operationId: 'rotateWebhookSecret',
        summary: 'Give it a new secret; the one before signs beside it for 24 hours',
        params,
        response: { 200: NewWebhook, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const secret = newWebhookSecret();
      const rotated = knownWebhook(await scoped(request).storage.webhooks.rotateSecret(id, secret, OVERLAP_MS), id);
      // Where it is told without its secret, should the request be sent again.
      return reply.header('location', `/v1/webhooks/${id}`).send({ ...toWebhook(rotated), secret });
    },
  );
}

/** @throws ProblemError webhook_url_refused */
async function requireAllowed(guard: UrlGuard, url: string): Promise<void> {
  try {
    await guard.addressesOf(url);
  } catch (error) {
    if (!(error instanceof RefusedUrlError)) throw error;
    throw fieldProblem('webhook_url_refused', '/url', error.message);
  }
}
