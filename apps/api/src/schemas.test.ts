// Properties of every schema of what clients write, on values made from the OpenAPI document.
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startApi } from '../../../test/api.ts';
import { arbitraryOf, damaged, type JsonSchema } from '../../../test/schema-arbitrary.ts';

const document = JSON.parse(await readFile(new URL('../../../libs/client/openapi.json', import.meta.url), 'utf8')) as {
  components: { schemas: Record<string, JsonSchema> };
};
const components = document.components.schemas;

/** `XInput` is what clients write of the schema with the id `X`. */
const inputs = Object.keys(components).filter((name) => name.endsWith('Input'));
const schemaOf = (input: string) => z.globalRegistry._idmap.get(input.replace(/Input$/, ''))!;

/** Drawn anew in each run; a failure tells its seed. */
const RUNS = 60;

beforeAll(async () => {
  // Registers every schema that a route has.
  const api = await startApi();
  await api.close();
});

/** An address and paths into a spec: no JSON Schema says which there are, and values at random are none. Their own tests have some. */
const HARD_TO_HIT = ['NewWebhookInput', 'SweepSpecInput'];

test('there are schemas, and each has its Zod schema', () => {
  expect(inputs.length).toBeGreaterThan(30);
  for (const input of inputs) expect(schemaOf(input), input).toBeDefined();
});

test.each(inputs)(
  '%s: what the document allows is parsed or refused, never more; what was parsed is parsed to itself',
  (input) => {
    const schema = schemaOf(input);
    let [parsed, tried] = [0, 0];
    fc.assert(
      fc.property(arbitraryOf(components[input]!, components), (value) => {
        tried++;
        const result = parse(schema, asSent(value));
        if (!result.success) return;
        parsed++;
        const again = parse(schema, asSent(result.data));
        expect(again.error).toBeUndefined();
        expect(again.data).toEqual(result.data);
      }),
      { numRuns: RUNS },
    );
    // Where no value were parsed, the second half would say nothing.
    expect({ input, parsed: parsed > 0 || HARD_TO_HIT.includes(input), tried: tried > 0 }).toEqual({
      input,
      parsed: true,
      tried: true,
    });
  },
);

test.each(inputs)('%s: what is damaged somewhere, or is anything at all, is parsed or refused, never more', (input) => {
  const schema = schemaOf(input);
  const arbitrary = arbitraryOf(components[input]!, components);
  fc.assert(
    fc.property(
      fc.oneof(arbitrary.chain(damaged), fc.anything(), fc.jsonValue()),
      (value) => void parse(schema, value),
    ),
    { numRuns: RUNS },
  );
});

/** As JSON, which writes −0 as 0. */
const asSent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** @throws whatever is no ZodError */
function parse(schema: z.core.$ZodType, value: unknown): { success: boolean; data?: unknown; error?: unknown } {
  const result = z.safeParse(schema, value);
  if (!result.success) expect(result.error).toBeInstanceOf(z.core.$ZodError);
  return result;
}
