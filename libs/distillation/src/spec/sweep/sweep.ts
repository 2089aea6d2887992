import { z } from 'zod';
import { SweepBase } from '../distillation.ts';
import { jobFields } from '../job-fields.ts';
import { ResourceName } from '../resource.ts';
import { unknownKind } from '../unknown-kind.ts';
import { SweepParameter } from './parameter.ts';

/** Children that one sweep may have. */
export const MAX_CHILDREN = 500;

const seed = z.int().min(0).max(0xffff_ffff).default(1).describe('of what is drawn');
const samples = z.int().min(1).max(MAX_CHILDREN);

const Search = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('grid').describe('every value with every other') }),
      z.strictObject({
        kind: z.literal('random').describe('points drawn at random, none twice'),
        samples: samples.default(16),
        seed,
      }),
      z.strictObject({
        kind: z
          .literal('successive_halving')
          .describe('random points; at each rung the best share goes on (Jamieson & Talwalkar 2016)'),
        samples: samples.min(2).default(16),
        seed,
        eta: z.int().min(2).max(16).default(4).describe('one in so many goes on, with so many times the steps'),
        min_steps: z.int().min(1).max(10_000_000).describe('the first rung, a multiple of evaluate_every'),
      }),
    ],
    { error: unknownKind('search', ['grid', 'random', 'successive_halving']) },
  )
  .meta({ id: 'SweepSearch' });

const Metric = z
  .strictObject({
    name: z
      .enum(['kl', 'action_error', 'jacobian_error', 'return_ratio'])
      .default('kl')
      .describe('of the students, on held-out frames; return_ratio of closed loops alone'),
    goal: z.enum(['minimize', 'maximize']).default('minimize'),
  })
  .refine(({ name, goal }) => name !== 'return_ratio' || goal === 'maximize', {
    path: ['goal'],
    error: 'a greater return_ratio is better: maximize it',
  })
  .meta({ id: 'SweepMetric' });

const PATH = /^[a-z][a-z_0-9]{0,63}(\.([a-z][a-z_0-9]{0,63}|\d{1,4})){0,15}$/;

/** What varies: fields of the base by their paths, with dots. */
const Parameters = z.record(z.string().max(200), SweepParameter).superRefine((parameters, context) => {
  const paths = Object.keys(parameters);
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (paths.length === 0) refuse([], 'nothing varies: name a field');
  for (const path of paths) {
    if (!PATH.test(path)) refuse([path], "no path of a field, such as 'optimizer.learning_rate'");
  }
});

/** One distillation done in many ways, each of them a job of its own. */
export const SweepSpec = z
  .strictObject({
    kind: z.literal('sweep'),
    base: SweepBase.describe('what all children have in common'),
    parameters: Parameters.describe('what varies: fields of the base by their paths, with dots'),
    search: Search.default({ kind: 'grid' }),
    metric: Metric.default({ name: 'kl', goal: 'minimize' }).describe('by which the children are compared'),
    max_parallel: z
      .int()
      .min(1)
      .max(MAX_CHILDREN)
      .nullable()
      .default(null)
      .describe('children that may wait for a worker or be worked on at once; null: as many as there are'),
    failures: z
      .int()
      .min(0)
      .max(MAX_CHILDREN)
      .nullable()
      .default(null)
      .describe('of children, beyond which the sweep fails; null: any number, as long as one succeeds'),
    share_labels: z
      .boolean()
      .default(true)
      .describe('whether labels that children can share are made once, before they begin, where they are worth it'),
    name: ResourceName.optional().describe('of the best model: it becomes the next version of it'),
    ...jobFields,
  })
  .meta({ id: 'SweepSpec' });
export type SweepSpec = z.infer<typeof SweepSpec>;
