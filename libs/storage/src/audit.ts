import { type Database } from './database.ts';
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

export function createAudit({ auditEvent }: Database): Audit {
  return {
    append: async (event) => {
      await auditEvent.createMany({ data: { ...event, id: newId('audit') } });
    },
    list: async (page) => toPage(await auditEvent.findMany(pageArguments(page)), page.limit, (row) => row),
  };
}
