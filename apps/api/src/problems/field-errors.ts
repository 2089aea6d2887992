import { type ZodFastifySchemaValidationError } from 'fastify-type-provider-zod';
import { type FieldError } from './problem.ts';
import { unknownField } from './unknown-fields.ts';

type Context = 'body' | 'headers' | 'params' | 'querystring';

/** The fields that a schema refused, each with its own pointer; an unknown field is pointed at itself, not at its parent. */
export function fieldErrors(issues: ZodFastifySchemaValidationError[], context: string): FieldError[] {
  return issues.flatMap((issue) => {
    const path = issue.instancePath === '/' ? '' : issue.instancePath;
    const detail = issue.message ?? 'invalid';
    if (issue.keyword !== 'unrecognized_keys') {
      return [{ ...place(path, context), detail, code: fieldCode(issue.keyword, detail) }];
    }
    // A line for each, as `nameUnknownFields` has it; a key may hold what ends a line.
    const keys = issue.params['keys'] as string[];
    const details = detail.split('\n');
    return keys.map((key, index) => ({
      ...place(`${path}/${escapePointer(key)}`, context),
      detail: (details.length === keys.length && details[index]) || unknownField(key, []),
      code: 'unknown_field',
    }));
  });
}

function place(path: string, context: string): Pick<FieldError, 'pointer' | 'parameter'> {
  return (context as Context) === 'body' ? { pointer: path } : { parameter: path.slice(1) };
}

/** Our words for Zod's kinds of issue. */
function fieldCode(keyword: string, detail: string): string {
  switch (keyword) {
    case 'invalid_type':
      return detail.endsWith('received undefined') ? 'required' : 'wrong_type';
    case 'invalid_union':
      return 'unknown_kind';
    case 'invalid_value':
      return 'unknown_value';
    case 'too_small':
    case 'too_big':
      return 'out_of_range';
    case 'invalid_format':
      return 'wrong_format';
    default:
      return 'invalid';
  }
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
