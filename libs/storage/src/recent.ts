const RECENT_MS = 1_000;
const MOST_RECENT = 10_000;

/** Rows that were looked up within the last second, by what they were looked up by. */
export interface Recent<Row> {
  /** What was not there is asked for again: it may be there the next moment. */
  find: (key: string, look: () => Promise<Row | null>) => Promise<Row | null>;
  /** A look that began before this is not remembered after it. */
  forget: () => void;
}

/** For rows that many requests name and that hardly ever change: of a burst of requests, the first one asks. */
export function createRecent<Row>(): Recent<Row> {
  let recent = new Map<string, { at: number; row: Row }>();
  return {
    find: async (key, look) => {
      const [at, rows] = [performance.now(), recent];
      const known = rows.get(key);
      if (known && at - known.at < RECENT_MS) return known.row;
      const row = await look();
      if (rows.size >= MOST_RECENT) rows.clear();
      if (row) rows.set(key, { at, row });
      return row;
    },
    forget: () => void (recent = new Map()),
  };
}
