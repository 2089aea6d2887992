import { type Page } from '@distiller/storage';
import { z } from 'zod';
import { ProblemError } from './problems/problem.ts';

/** Query parameters of every list. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional().describe('`next_cursor` of the page before'),
});

/** A page, newest first. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    has_more: z.boolean(),
    next_cursor: z.string().nullable().describe('give it as `cursor` to get the next page; null on the last one'),
  });
}

/** What storage is asked for. Cursors are opaque to clients, so that what they hold can change. */
export function pageRequest({ limit, cursor }: z.infer<typeof PageQuery>): { limit: number; after?: string } {
  if (cursor === undefined) return { limit };
  const after = Buffer.from(cursor, 'base64url').toString();
  if (/^[a-z]+_[0-9a-z]+$/.test(after)) return { limit, after };
  const detail = 'not a cursor that this API has given';
  throw new ProblemError('invalid_request', detail, [{ parameter: 'cursor', detail, code: 'wrong_format' }]);
}

export function toPage<Row extends { id: string }, Item>({ rows, hasMore }: Page<Row>, toItem: (row: Row) => Item) {
  const last = rows.at(-1);
  return {
    data: rows.map(toItem),
    has_more: hasMore,
    next_cursor: hasMore && last ? Buffer.from(last.id).toString('base64url') : null,
  };
}
