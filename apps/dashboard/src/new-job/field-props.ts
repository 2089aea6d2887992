import { type Problem } from '@distiller/client';
import { type Json } from '../job/spec-diff.ts';
import { type OpenApi, type Schema } from '../service/openapi.ts';

export interface FieldProps {
  api: OpenApi;
  schema: Schema;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  /** Of the whole form: each field picks its own. */
  errors: NonNullable<Problem['errors']>;
  /** JSON Pointer of the field. */
  path: string;
}

export interface NamedFieldProps extends FieldProps {
  name: string;
  isRequired: boolean;
}

/** A field's name, to be read. */
export const title = (name: string): string => name.replaceAll('_', ' ');
