import { type Json } from '../job/spec-diff.ts';
import { type Schema } from '../service/openapi.ts';

/** What a schema has against a value, in words; undefined: nothing, or there is no value. */
export function checkValue(schema: Schema, value: Json | undefined): string | undefined {
  if (typeof value === 'number') return checkNumber(schema, value);
  if (typeof value === 'string' && value !== '') return checkText(schema, value);
  return undefined;
}

function checkNumber({ type, ...schema }: Schema, value: number): string | undefined {
  if (type === 'integer' && !Number.isInteger(value)) return 'must be a whole number';
  if (schema.minimum !== undefined && value < schema.minimum) return `must be at least ${schema.minimum}`;
  if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum)
    return `must be more than ${schema.exclusiveMinimum}`;
  if (schema.maximum !== undefined && value > schema.maximum) return `must be at most ${schema.maximum}`;
  if (schema.exclusiveMaximum !== undefined && value >= schema.exclusiveMaximum)
    return `must be less than ${schema.exclusiveMaximum}`;
  return undefined;
}

function checkText({ pattern, maxLength }: Schema, value: string): string | undefined {
  if (maxLength !== undefined && value.length > maxLength) return `must have at most ${maxLength} characters`;
  if (pattern === undefined || new RegExp(pattern).test(value)) return undefined;
  return pattern.startsWith('^[a-z0-9]') ? 'small letters, digits, dots and dashes only' : `must look like ${pattern}`;
}
