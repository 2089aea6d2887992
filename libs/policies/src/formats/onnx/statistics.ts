import { FormatError } from '../imported.ts';
import { globalAverage, layerNorm } from '../trace/layers.ts';
import { type Signal } from '../trace/signal.ts';
import { expressionInput, inputOf, intOf, listOf, type Operator } from './operator.ts';
import { fromStart, signalShape } from './shapes.ts';
import { expressionOf, settle, type Statistic, type Value } from './value.ts';

/** ReduceMean: over rows and columns a pool, over the whole example the beginning of a layer norm. */
export function reduceMean(operator: Operator): Value {
  const { where } = operator;
  const value = inputOf(operator, 0);
  if (value.kind === 'statistic' && value.stage === 'squared') {
    requireWhole(operator, value.of);
    return { ...value, where, stage: 'variance' };
  }
  const signal = settle(expressionInput(operator, 0));
  const axes = axesOf(operator, signal);
  const spatial = signal.axes && axes.length === 2 && axes.every((axis) => signal.axes?.[axis - 1] !== 'c');
  if (spatial && !axes.includes(0) && intOf(operator, 'keepdims', 1))
    return expressionOf(globalAverage(signal, where), where);
  requireWhole(operator, signal);
  return { kind: 'statistic', where, of: signal, stage: 'mean', epsilon: 0 };
}

function requireWhole(operator: Operator, signal: Signal): void {
  const axes = axesOf(operator, signal);
  const rank = signalShape(signal).length;
  const whole = axes.length === rank - 1 && !axes.includes(0) && intOf(operator, 'keepdims', 1) === 1;
  if (!whole)
    throw new FormatError(
      operator.where,
      `a mean over axes ${axes.join(', ')} of ${rank}: over all but the batch is read, as in a layer norm over the whole example`,
    );
}

function axesOf(operator: Operator, signal: Signal): number[] {
  const rank = signalShape(signal).length;
  const axes = listOf(operator, 'axes', 1) ?? [];
  return [...new Set(axes.map((axis) => fromStart(axis, rank, operator.where)))];
}

/**
 * What an arithmetic operator makes of a mean or variance, step by step: x − μ, its square, the mean of that, + ε, √, and the
 * quotient. Undefined where it makes none of these.
 * @param scalar the other operand, where it is a single number
 */
export function statisticStep(operator: Operator, scalar: number | undefined): Value | undefined {
  const { where, node, inputs } = operator;
  const [a, b] = inputs;
  const [first, second] = [statisticOf(a), statisticOf(b)];
  const to = (of: Statistic, stage: Statistic['stage'], epsilon = of.epsilon): Statistic => ({
    ...of,
    where,
    stage,
    epsilon,
  });
  if (node.opType === 'Sub' && a?.kind === 'expression' && second?.stage === 'mean')
    return settle(a).link === second.of.link ? to(second, 'centred') : undefined;
  if (node.opType === 'Mul' && first && first === second && first.stage === 'centred') return to(first, 'squared');
  const one = first ?? second;
  if (!one) return undefined;
  if (node.opType === 'Pow' && scalar !== undefined && first) return power(first, scalar, to);
  if (node.opType === 'Add' && one.stage === 'variance' && scalar !== undefined) return to(one, 'stabilised', scalar);
  if (node.opType === 'Sqrt' && one.stage === 'stabilised') return to(one, 'sigma');
  if (node.opType === 'Reciprocal' && one.stage === 'sigma') return to(one, 'inverse-sigma');
  if (node.opType === 'Div' && first?.stage === 'centred' && second?.stage === 'sigma')
    return normalised(first, second, where);
  if (node.opType === 'Div' && second?.stage === 'sigma' && scalar === 1) return to(second, 'inverse-sigma');
  const [centred, inverse] = first?.stage === 'centred' ? [first, second] : [second, first];
  const isProduct = node.opType === 'Mul' && centred?.stage === 'centred' && inverse?.stage === 'inverse-sigma';
  return isProduct ? normalised(centred, inverse, where) : undefined;
}

function power(
  of: Statistic,
  exponent: number,
  to: (of: Statistic, stage: Statistic['stage']) => Statistic,
): Statistic | undefined {
  if (of.stage === 'centred' && exponent === 2) return to(of, 'squared');
  if (of.stage === 'stabilised' && exponent === 0.5) return to(of, 'sigma');
  return of.stage === 'stabilised' && exponent === -0.5 ? to(of, 'inverse-sigma') : undefined;
}

function normalised(centred: Statistic, sigma: Statistic, where: string): Value | undefined {
  if (centred.of.link !== sigma.of.link) return undefined;
  return expressionOf(layerNorm(centred.of, { where, epsilon: sigma.epsilon }), where);
}

function statisticOf(value: Value | undefined): Statistic | undefined {
  return value?.kind === 'statistic' ? value : undefined;
}
