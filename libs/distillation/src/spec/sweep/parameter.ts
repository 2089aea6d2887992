import { z } from 'zod';

const Values = z.strictObject({
  values: z.array(z.unknown()).min(1).max(500).describe('numbers, words or whole objects, as the field takes them'),
});

const Range = z
  .strictObject({
    min: z.number(),
    max: z.number(),
    scale: z.enum(['linear', 'log']).default('linear').describe('in which all of it is equally likely'),
    integer: z.boolean().default(false),
  })
  .refine(({ min, max }) => min < max, { path: ['max'], error: 'not above min' })
  .refine(({ min, scale }) => scale === 'linear' || min > 0, {
    path: ['min'],
    error: 'not above 0, where logarithms end',
  })
  .refine(({ min, max, integer }) => !integer || (Number.isInteger(min) && Number.isInteger(max)), {
    path: ['integer'],
    error: 'min and max are no whole numbers',
  });

/** What one field of the children is. */
export const SweepParameter = z
  .union([Values, Range], { error: 'either values, or a range: min and max, perhaps scale and integer' })
  .meta({ id: 'SweepParameter' });
export type SweepParameter = z.infer<typeof SweepParameter>;
