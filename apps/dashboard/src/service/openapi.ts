import { useQuery } from '@tanstack/react-query';
import { service } from './service.ts';

/** A JSON Schema as far as the dashboard reads it. */
export interface Schema {
  $ref?: string;
  type?: string;
  title?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  maxItems?: number;
  additionalProperties?: boolean | Schema;
}

export interface OpenApi {
  paths: Record<string, unknown>;
  components: { schemas: Record<string, Schema> };
}

/** The constant by which one of several variants is told from the others; '' where it has none. */
export function kindOf({ properties }: Schema): string {
  const kind = properties?.['kind']?.const;
  return typeof kind === 'string' ? kind : '';
}

/** The service's own description: what it takes, with every default. */
export function useOpenApi(): OpenApi | undefined {
  const { data } = useQuery({
    queryKey: ['openapi'],
    queryFn: async () => (await service.describe()) as OpenApi,
    staleTime: Infinity,
  });
  return data;
}
