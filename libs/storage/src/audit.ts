import { type Database } from './database.ts';
import { Prisma } from './generated/client.ts';
import { newId } from './identifiers.ts';
import { type Page, pageArguments, type PageRequest, toPage } from './page.ts';

/** Who did what to which resource. */
export interface NewAuditEvent {
  projectId: string;
  /** Null: a request without a key, where none is needed. */
  keyId: string | null;
  /** Name of the operation, as in the OpenAPI document. */
  action: string;
  /** Address of the resource. */
  resource: string;
  /** Of the answer. */
  status: number;
  requestId: string;
}

export interface AuditRow extends NewAuditEvent {
  id: string;
  at: Date;
}

/** Append-only: the database itself refuses changes. */
export interface Audit {
  append(event: NewAuditEvent): Promise<void>;
  list(page: PageRequest): Promise<Page<AuditRow>>;
}

export function createAudit(database: Database): Audit {
  return {
    append: async ({ projectId, keyId, action, resource, status, requestId }) => {
      await database.query(Prisma.sql`
        INSERT INTO audit_events (id, project_id, key_id, action, resource, status, request_id)
        VALUES (${newId('audit')}, ${projectId}, ${keyId}, ${action}, ${resource}, ${status}, ${requestId})`);
    },
    list: async (page) => toPage(await database.auditEvent.findMany(pageArguments(page)), page.limit, (row) => row),
  };
}
