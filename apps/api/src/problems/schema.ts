import { JOB_REQUESTS } from '@distiller/storage';
import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from './problem.ts';

const CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

/** RFC 9457. */
const Problem = z
  .object({
    type: z.string().describe('about:blank: the code says what kind of problem it is'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('path of the request'),
    code: z.enum(CODES).describe('stable: what a program should look at'),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional().describe('JSON pointer into the body'),
          parameter: z.string().optional().describe('name of the query, path or header parameter'),
          detail: z.string(),
          code: z.string(),
        }),
      )
      .describe('the fields at fault'),
    legal: z.array(z.enum(JOB_REQUESTS)).optional().describe('of a job: what may be asked of it instead'),
    request_id: z.string(),
  })
  .meta({ id: 'Problem' });

/** What every route may answer besides its success. */
export const problemResponses = {
  '4xx': { description: 'The request was refused', content: { 'application/problem+json': { schema: Problem } } },
  '5xx': { description: 'The service failed', content: { 'application/problem+json': { schema: Problem } } },
};
