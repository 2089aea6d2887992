import { type ProjectStorage, type WebhookRow } from '@distiller/storage';
import { ProblemError } from '../problems/problem.ts';

/** @throws ProblemError webhook_not_found */
export async function requireWebhook({ webhooks }: Pick<ProjectStorage, 'webhooks'>, id: string): Promise<WebhookRow> {
  return knownWebhook(await webhooks.get(id), id);
}

/** @throws ProblemError webhook_not_found */
export function knownWebhook<Row>(found: Row | null, id: string): Row {
  if (found !== null) return found;
  throw new ProblemError('webhook_not_found', `no webhook has the id '${id}'`);
}
