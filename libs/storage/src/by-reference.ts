/** Where a reference is a row's id or its name. */
export function idOrName(reference: string) {
  return { OR: [{ id: reference }, { name: reference }] };
}

/** The row that a reference means, of those that it could: the id goes first, since a name may look like an id. */
export function referredTo<Row extends { id: string }>(rows: readonly Row[], reference: string): Row | null {
  return rows.find(({ id }) => id === reference) ?? rows[0] ?? null;
}
