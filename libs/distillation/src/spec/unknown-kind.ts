import { type z } from 'zod';

/** A message for a union of kinds that names the one that is not among them, and those that are. */
export function unknownKind(
  what: string,
  kinds: readonly string[],
): z.core.$ZodErrorMap<z.core.$ZodIssueInvalidUnion | z.core.$ZodIssueInvalidType> {
  return (issue) => {
    const kind = (issue.input as { kind?: unknown } | undefined)?.kind;
    if (issue.code !== 'invalid_union' || typeof kind !== 'string') return undefined;
    return `unknown ${what} '${kind}'; there are ${kinds.join(', ')}`;
  };
}
