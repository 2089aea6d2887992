import { closestMatch } from 'leven';
import { z } from 'zod';

/** Edits between what was written and what may have been meant. */
const MAX_DISTANCE = 3;
/** Longer ones are no slips of the hand, and would keep the service busy. */
const MAX_LENGTH = 40;
const MAX_KEYS = 20;

/** From now on schemas say of each unknown field, a line each, which field was likely meant. */
export function nameUnknownFields(): void {
  z.config({ customError: unknownFields });
}

const unknownFields: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const schema = issue.inst?._zod.def as Partial<z.core.$ZodObjectDef> | undefined;
  const known = Object.keys(schema?.shape ?? {});
  return issue.keys.map((key, index) => unknownField(key, index < MAX_KEYS ? known : [])).join('\n');
};

/** @param known fields, among which may be the one that was meant */
export function unknownField(key: string, known: readonly string[]): string {
  const meant = key.length > MAX_LENGTH ? undefined : closestMatch(key, known, { maxDistance: MAX_DISTANCE });
  return `unknown field '${key}'${meant === undefined ? '' : `; did you mean '${meant}'?`}`;
}
