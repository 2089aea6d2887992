/** One page of a list, newest first. `after` is the id of the last row of the page before. */
export interface PageRequest {
  limit: number;
  after?: string | undefined;
  /** Only rows of this project; undefined: of all. */
  projectId?: string | undefined;
}

export interface Page<Row> {
  rows: Row[];
  hasMore: boolean;
}

/** Prisma's arguments for a page; one row more than asked tells whether there are more pages. */
export function pageArguments({ limit, after, projectId }: PageRequest) {
  return {
    orderBy: { id: 'desc' },
    take: limit + 1,
    where: { ...(after !== undefined && { id: { lt: after } }), ...(projectId !== undefined && { projectId }) },
  } as const;
}

export function toPage<Found, Row>(found: Found[], limit: number, toRow: (row: Found) => Row): Page<Row> {
  return { rows: found.slice(0, limit).map(toRow), hasMore: found.length > limit };
}
