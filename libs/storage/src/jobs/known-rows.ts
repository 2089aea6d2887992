const MOST_KNOWN = 3_000;

/** Rows that have been read before, by id: who reads a row whose text is what it was gets the row that was made of it then. */
export interface KnownRows<Row> {
  get(id: string, text: string): Row;
}

/** @param parse what a text says; called for texts that are not known */
export function createKnownRows<Row extends object>(
  parse: (text: string) => Row,
  most: number = MOST_KNOWN,
): KnownRows<Row> {
  const known = new Map<string, { text: string; row: Row }>();
  return {
    get: (id, text) => {
      const found = known.get(id);
      if (found?.text === text) return found.row;
      // Shared by all who read it.
      const row = Object.freeze(parse(text));
      known.delete(id);
      known.set(id, { text, row });
      // The one that was read first: a map keeps the order.
      if (known.size > most) known.delete(known.keys().next().value!);
      return row;
    },
  };
}
