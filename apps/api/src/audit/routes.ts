import { type AuditRow, type Storage } from '@distiller/storage';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { problemResponses } from '../problems/schema.ts';

const AuditEvent = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    project: z.string(),
    key: z.string().nullable().describe('id of the API key; null where none was needed'),
    action: z.string().describe('`operationId` of what was done'),
    resource: z.string().describe('its address'),
    status: z.int(),
    request_id: z.string(),
  })
  .meta({ id: 'AuditEvent' });

export function auditRoutes(app: App, { audit }: Pick<Storage, 'audit'>): void {
  app.get(
    '/v1/audit',
    {
      schema: {
        tags: ['admin'],
        operationId: 'listAuditEvents',
        summary: 'Who did what to which resource',
        querystring: PageQuery,
        response: { 200: pageOf(AuditEvent), ...problemResponses },
      },
    },
    async ({ query }) => toPage(await audit.list(pageRequest(query)), toAuditEvent),
  );
}

function toAuditEvent({ at, projectId, keyId, requestId, ...row }: AuditRow): z.infer<typeof AuditEvent> {
  return { ...row, at: at.toISOString(), project: projectId, key: keyId, request_id: requestId };
}
