import { FormatError } from '../imported.ts';
import { activate } from '../trace/layers.ts';
import { scaled } from '../trace/linear.ts';
import { type Signal } from '../trace/signal.ts';
import { type Constant } from './constant.ts';
import { type Recognised, recognise, SAMPLES } from './curve.ts';

export type Samples = Float64Array;

/** A signal, or an expression of one, element by element, that is not yet known to be an activation. */
export interface Expression {
  kind: 'expression';
  where: string;
  /** What the elements are those of. */
  base: Signal;
  /** Empty for the signal itself. */
  operands: Expression[];
  apply: (operands: Samples[]) => Samples;
  /** Operators since the signal. */
  size: number;
  settled?: Signal;
}

/** On the way to a layer norm in several operators. */
export interface Statistic {
  kind: 'statistic';
  where: string;
  of: Signal;
  stage: 'mean' | 'centred' | 'squared' | 'variance' | 'stabilised' | 'sigma' | 'inverse-sigma';
  epsilon: number;
}

/** Softmax of logits, or its logarithm: what the policy gives, and no operator is expected after it. */
interface Probabilities {
  kind: 'probabilities';
  where: string;
  logits: Signal;
}

export type Value = Constant | Expression | Statistic | Probabilities;

export function expressionOf(signal: Signal, where: string): Expression {
  return { kind: 'expression', where, base: signal, operands: [], apply: () => SAMPLES, size: 0, settled: signal };
}

const MAX_EXPRESSION = 64;

/** An operator, element by element, of expressions of the same signal. */
export function combine(operands: Expression[], where: string, apply: (operands: Samples[]) => Samples): Expression {
  const size = operands.reduce((sum, operand) => sum + operand.size, 1);
  if (size > MAX_EXPRESSION && operands.length === 1)
    return combine([expressionOf(settle(operands[0]!), where)], where, apply);
  if (size > MAX_EXPRESSION) throw new FormatError(where, 'an expression of too many operators');
  return { kind: 'expression', where, base: operands[0]!.base, operands, apply, size };
}

/** The expression as layers. @throws FormatError where it is none of ours */
export function settle(expression: Expression): Signal {
  expression.settled ??= asLayers(expression);
  return expression.settled;
}

function asLayers(expression: Expression): Signal {
  // The whole is one activation, or it is one of something within it, which is then settled by itself.
  for (const inner of withinLargestFirst(expression)) {
    const samples = samplesFrom(inner, expression);
    const recognised = samples && recognise(samples);
    if (recognised) return applied(settle(inner), recognised, expression.where);
  }
  throw new FormatError(expression.where, 'is part of an expression that is none of the activations that can be read');
}

function applied(signal: Signal, recognised: Recognised, where: string): Signal {
  if ('gain' in recognised) return scaled(signal, recognised.gain);
  const { spec, remark } = recognised;
  return activate(signal, spec, { where, ...(remark !== undefined && { remark: `${where}: ${remark}` }) });
}

/** All that the expression is made of, the signal first. */
function withinLargestFirst(expression: Expression): Expression[] {
  const found = new Set<Expression>();
  const visit = ({ operands }: Expression) => {
    for (const operand of operands) {
      if (found.has(operand)) continue;
      found.add(operand);
      visit(operand);
    }
  };
  visit(expression);
  return [...found].sort((a, b) => a.size - b.size);
}

/** What the expression gives where `inner` takes the sampled values; undefined where it depends on more than `inner`. */
function samplesFrom(inner: Expression, expression: Expression): Samples | undefined {
  const known = new Map<Expression, Samples | undefined>([[inner, SAMPLES]]);
  const visit = (at: Expression): Samples | undefined => {
    if (known.has(at)) return known.get(at);
    const operands = at.operands.map(visit);
    const complete = operands.length > 0 && operands.every((samples) => samples !== undefined);
    const samples = complete ? at.apply(operands) : undefined;
    known.set(at, samples);
    return samples;
  };
  return visit(expression);
}
