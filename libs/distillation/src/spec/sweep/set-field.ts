/**
 * A copy of plain data with one field in it set. The field itself may be new, the ones on the way to it must be there.
 * @returns undefined: one of them is not
 */
export function setField(data: unknown, path: readonly string[], value: unknown): { value: unknown } | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return { value };
  if (typeof data !== 'object' || data === null) return undefined;
  const fields = data as Record<string, unknown>;
  const isThere = Object.hasOwn(fields, key);
  if (!isThere && (rest.length > 0 || Array.isArray(data))) return undefined;
  const inner = setField(isThere ? fields[key] : undefined, rest, value);
  if (!inner) return undefined;
  if (Array.isArray(data)) return { value: data.map((one: unknown, at) => (String(at) === key ? inner.value : one)) };
  return { value: { ...fields, [key]: inner.value } };
}
