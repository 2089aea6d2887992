import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { Prisma, PrismaClient } from './generated/client.ts';

export type Database = PrismaClient & Direct;

interface Direct {
  /**
   * One statement and its rows as pg reads them, over the same connections: for what every request asks, where Prisma takes as
   * long as the rest.
   */
  query<Row>(statement: Prisma.Sql): Promise<Row[]>;
  /** Ends every connection. */
  close(): Promise<void>;
}

export type Transaction = Prisma.TransactionClient;

const CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const TRANSACTION_TIMEOUT_MS = 30_000;
/** Kept prepared by each connection; what comes after so many different ones is planned anew each time. */
const PREPARED_STATEMENTS = 500;

/** A pool of connections; it connects when first asked something. */
export function openDatabase(databaseUrl: string): Database {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A dropped idle connection is replaced by the pool: nothing to do, and nothing to crash for.
  pool.on('error', () => undefined);
  const nameOf = createStatementNames();
  const client = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: nameOf }),
    transactionOptions: { maxWait: CONNECT_TIMEOUT_MS, timeout: TRANSACTION_TIMEOUT_MS },
  });
  return Object.assign(client, {
    query: async <Row>({ text, values }: Prisma.Sql): Promise<Row[]> => {
      const name = nameOf({ sql: text, args: values });
      return (await pool.query({ name, text, values })).rows as Row[];
    },
    close: async () => {
      await client.$disconnect();
      await pool.end();
    },
  });
}

/** Names by which Postgres keeps a statement's plan: to plan one takes longer than to carry it out. Empty: it is not kept. */
function createStatementNames(): (statement: { sql: string; args: unknown[] }) => string {
  const names = new Map<string, string>();
  return ({ sql, args }) => {
    const known = names.get(sql);
    if (known !== undefined || args.length === 0 || names.size >= PREPARED_STATEMENTS) return known ?? '';
    const name = `s${names.size + 1}`;
    names.set(sql, name);
    return name;
  };
}

/** Objects go into jsonb columns as they are. */
export function json(value: unknown): Prisma.InputJsonValue {
  return value as Prisma.InputJsonValue;
}

/** The same in a statement of our own. */
export function jsonb(value: unknown): Prisma.Sql {
  return Prisma.sql`${JSON.stringify(value)}::jsonb`;
}

/** True for Prisma's "unique constraint failed". */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2002';
}
