import { type Client as FetchClient } from 'openapi-fetch';
import { answer, at, done } from './answer.ts';
import { type paths } from './generated/openapi.ts';
import { type DeliveryListOptions, type NewWebhook, type PageOptions, type WebhookChanges } from './schemas.ts';

/** Where a project is told of what happens. What arrives there is read with `verifyWebhook`. */
export function webhookCalls(api: FetchClient<paths>) {
  const of = (id: string, deliveryId: string) => ({ params: { path: { id, delivery_id: deliveryId } } });
  return {
    /** The answer is the only one that tells the secret. */
    create: (webhook: NewWebhook) => answer(api.POST('/v1/webhooks', { body: webhook })),
    get: (id: string) => answer(api.GET('/v1/webhooks/{id}', at(id))),
    list: (query: PageOptions = {}) => answer(api.GET('/v1/webhooks', { params: { query } })),
    update: (id: string, changes: WebhookChanges) =>
      answer(api.PATCH('/v1/webhooks/{id}', { ...at(id), body: changes })),
    delete: (id: string): Promise<void> => done(api.DELETE('/v1/webhooks/{id}', at(id))),
    /** The secret before signs beside the new one for 24 hours. */
    rotateSecret: (id: string) => answer(api.POST('/v1/webhooks/{id}/rotate_secret', at(id))),
    ping: (id: string) => answer(api.POST('/v1/webhooks/{id}/ping', at(id))),
    deliveries: (id: string, query: DeliveryListOptions = {}) =>
      answer(api.GET('/v1/webhooks/{id}/deliveries', { params: { path: { id }, query } })),
    delivery: (id: string, deliveryId: string) =>
      answer(api.GET('/v1/webhooks/{id}/deliveries/{delivery_id}', of(id, deliveryId))),
    redeliver: (id: string, deliveryId: string) =>
      answer(api.POST('/v1/webhooks/{id}/deliveries/{delivery_id}/redeliver', of(id, deliveryId))),
  };
}
