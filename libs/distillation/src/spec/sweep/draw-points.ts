import { createHash } from 'node:crypto';
import { SpecError } from '../spec-error.ts';
import { type SweepParameter } from './parameter.ts';
import { type SweepPoint } from './point.ts';
import { MAX_CHILDREN, type SweepSpec } from './sweep.ts';

type Parameters = SweepSpec['parameters'];
type Range = Exclude<SweepParameter, { values: unknown[] }>;

/** Draws that may be in vain, having been drawn before. */
const MAX_DRAWS = 100_000;

/**
 * The points that a search tries. What is drawn follows from the seed, the parameter's path and the number of the draw
 * alone: more samples go on where fewer ended, and the order of the parameters does not matter.
 * @throws SpecError where there are too many, or too few
 */
export function drawPoints({ parameters, search }: Pick<SweepSpec, 'parameters' | 'search'>): SweepPoint[] {
  return search.kind === 'grid' ? grid(parameters) : samplesOf(parameters, search);
}

/** The last parameter changes fastest. */
function grid(parameters: Parameters): SweepPoint[] {
  let points: SweepPoint[] = [{}];
  for (const [path, parameter] of Object.entries(parameters)) {
    if (!('values' in parameter)) {
      throw new SpecError(
        'invalid_request',
        `/parameters/${path}`,
        'a grid needs values; a range is drawn from at random',
      );
    }
    const count = points.length * parameter.values.length;
    if (count > MAX_CHILDREN) throw tooMany(parameters);
    points = points.flatMap((point) => parameter.values.map((value) => ({ ...point, [path]: value })));
  }
  return points;
}

function tooMany(parameters: Parameters): SpecError {
  const count = Object.values(parameters).reduce((product, one) => product * sizeOf(one), 1);
  return new SpecError('invalid_request', '/parameters', `${count} children; ${MAX_CHILDREN} is the most`);
}

function samplesOf(parameters: Parameters, { samples, seed }: { samples: number; seed: number }): SweepPoint[] {
  const size = Object.values(parameters).reduce((product, one) => product * sizeOf(one), 1);
  const refuse = (message: string) => new SpecError('invalid_request', '/search/samples', message);
  if (size < samples) throw refuse(`there are only ${size} different points: try them all with a grid`);
  const points = new Map<string, SweepPoint>();
  for (let draw = 0; points.size < samples; draw++) {
    if (draw >= MAX_DRAWS) throw refuse(`only ${points.size} different points were found`);
    const drawn = Object.entries(parameters).map(([path, parameter]) => {
      return [path, valueAt(parameter, uniform(`${seed}/${path}/${draw}`))] as const;
    });
    const point = Object.fromEntries(drawn);
    const key = JSON.stringify(drawn);
    if (!points.has(key)) points.set(key, point);
  }
  return [...points.values()];
}

/** How many values there are; of a range of real numbers, no end of them. */
function sizeOf(parameter: SweepParameter): number {
  if ('values' in parameter) return new Set(parameter.values.map((value) => JSON.stringify(value))).size;
  return parameter.integer ? parameter.max - parameter.min + 1 : Infinity;
}

/** @param u uniform in [0, 1) */
export function valueAt(parameter: SweepParameter, u: number): unknown {
  if ('values' in parameter) return parameter.values[Math.floor(u * parameter.values.length)];
  return parameter.integer ? wholeAt(parameter, u) : realAt(parameter, u);
}

function wholeAt({ min, max, scale }: Range, u: number): number {
  return Math.min(max, Math.floor(between(min, max + 1, { scale, u })));
}

/** To six digits: what is shown is what is used, and can be typed. */
function realAt({ min, max, scale }: Range, u: number): number {
  return Math.min(max, Math.max(min, Number(between(min, max, { scale, u }).toPrecision(6))));
}

function between(low: number, high: number, { scale, u }: { scale: 'linear' | 'log'; u: number }): number {
  return scale === 'log' ? low * (high / low) ** u : low + u * (high - low);
}

/** The first 48 bits of the text's sha256, as a share of all there are. */
function uniform(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48;
}
