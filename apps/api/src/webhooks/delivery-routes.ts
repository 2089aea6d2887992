import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { type Scope, scoped } from '../scope.ts';
import { knownWebhook, requireWebhook } from './require-webhook.ts';
import { Delivery, DeliveryStatus, toDelivery } from './schema.ts';

const tags = ['webhooks'];
const params = z.strictObject({ id: z.string().max(100) });
const deliveryParams = params.extend({ delivery_id: z.string().max(100) });
const DeliveryQuery = PageQuery.extend({
  status: DeliveryStatus.optional().describe('only deliveries of that status'),
});

/** What a webhook was told of, and what came of it; and how it is told again. */
export function deliveryRoutes(app: App): void {
  app.post(
    '/v1/webhooks/:id/ping',
    {
      schema: {
        tags,
        operationId: 'pingWebhook',
        summary: 'Send it an event of type `webhook.ping`, once: the delivery shows what came of it',
        params,
        response: { 201: Delivery, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { storage } = await enabled(scoped(request), id);
      const delivery = toDelivery(knownWebhook(await storage.webhooks.deliveries.ping(id), id));
      return reply.code(201).header('location', `/v1/webhooks/${id}/deliveries/${delivery.id}`).send(delivery);
    },
  );

  app.get(
    '/v1/webhooks/:id/deliveries',
    {
      schema: {
        tags,
        operationId: 'listWebhookDeliveries',
        summary: 'What it was told of in the last 30 days, each with its attempts',
        params,
        querystring: DeliveryQuery,
        response: { 200: pageOf(Delivery), ...problemResponses },
      },
    },
    async (request) => {
      const { storage } = scoped(request);
      const { id } = await requireWebhook(storage, request.params.id);
      const { status, ...page } = request.query;
      return toPage(await storage.webhooks.deliveries.list(id, { ...pageRequest(page), status }), toDelivery);
    },
  );

  app.get(
    '/v1/webhooks/:id/deliveries/:delivery_id',
    {
      schema: {
        tags,
        operationId: 'getWebhookDelivery',
        params: deliveryParams,
        response: { 200: Delivery, ...problemResponses },
      },
    },
    async (request) => {
      const { storage } = scoped(request);
      const { id, delivery_id } = request.params;
      await requireWebhook(storage, id);
      return toDelivery(knownDelivery(await storage.webhooks.deliveries.get(id, delivery_id), delivery_id));
    },
  );

  app.post(
    '/v1/webhooks/:id/deliveries/:delivery_id/redeliver',
    {
      schema: {
        tags,
        operationId: 'redeliverWebhook',
        summary: 'Send it again, now and with all retries; one that is under way at this moment stays as it is',
        params: deliveryParams,
        response: { 200: Delivery, ...problemResponses },
      },
    },
    async (request) => {
      const { id, delivery_id } = request.params;
      const { storage } = await enabled(scoped(request), id);
      return toDelivery(knownDelivery(await storage.webhooks.deliveries.redeliver(id, delivery_id), delivery_id));
    },
  );
}

/** @throws ProblemError webhook_not_found, webhook_disabled */
async function enabled(scope: Scope, id: string): Promise<Scope> {
  const { disabledAt } = await requireWebhook(scope.storage, id);
  if (disabledAt) throw new ProblemError('webhook_disabled', 'nothing is sent to it until it is enabled');
  return scope;
}

function knownDelivery<Row>(found: Row | null, id: string): Row {
  if (found !== null) return found;
  throw new ProblemError('delivery_not_found', `the webhook has no delivery with the id '${id}'`);
}
