/** An OpenAPI document without the component schemas that no path refers to (each schema comes in a request's and an answer's form). */
export function pruneComponents<Document extends { paths?: unknown; components?: { schemas?: object } }>(
  document: Document,
): Document {
  const schemas = Object.entries(document.components?.schemas ?? {});
  const used = new Set<string>();
  const visit = (value: unknown) => {
    for (const name of references(value).filter((reference) => !used.has(reference))) {
      used.add(name);
      visit(schemas.find(([candidate]) => candidate === name)?.[1]);
    }
  };
  visit(document.paths);
  const kept = Object.fromEntries(schemas.filter(([name]) => used.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...document, components: { ...document.components, schemas: kept } };
}

function references(value: unknown): string[] {
  const text = JSON.stringify(value) ?? '';
  return [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? '');
}
