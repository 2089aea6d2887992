import { layerTable, type LayerRow } from '../../description/layer-table.ts';
import { ArchitectureError } from '../../description/architecture-error.ts';
import { LayerSpec } from '../../description/layer-spec.ts';
import { type NamedTensor } from '../../weights/safetensors.ts';
import { expectedWeights } from '../../weights/expected-weights.ts';
import { FormatError, type ImportedPolicy, type ImportRequest } from '../imported.ts';
import { isNoGain, type Link, type LinearStep, type NormStep, type PlacedStep, type Signal } from './signal.ts';

/** The policy whose logits a signal is: only now are its weights fetched, once it is known to fit. */
export function finish(signal: Signal, { input, actions }: Pick<ImportRequest, 'input' | 'actions'>): ImportedPolicy {
  const steps = stepsOf(signal.link);
  const last = steps.at(-1)?.where ?? 'output';
  if (!isNoGain(signal.link.gain))
    throw new FormatError(last, 'a product or sum with constants that no layer can take in');
  const layers = steps.map(specOf);
  const rows = tabulate(layers, { input, actions, steps });
  const weights = new Map<string, NamedTensor>();
  for (const [index, row] of rows.entries()) addWeights(weights, row, steps[index]!);
  const { inputScale } = signal.link;
  return { layers, weights, inputScale, remarks: remarksOf(steps) };
}

function remarksOf(steps: readonly PlacedStep[]): string[] {
  return steps.flatMap((step) => {
    if (step.kind === 'block') return remarksOf(step.steps);
    return 'remark' in step && step.remark !== undefined ? [step.remark] : [];
  });
}

function stepsOf(link: Link): PlacedStep[] {
  const steps: PlacedStep[] = [];
  for (let at: Link | undefined = link; at?.step; at = at.previous) steps.unshift(at.step);
  return steps;
}

function specOf(step: PlacedStep): LayerSpec {
  const spec = step.kind === 'block' ? { kind: 'residual', layers: step.steps.map(specOf) } : step.spec;
  const parsed = LayerSpec.safeParse(spec);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new FormatError(step.where, `${path.join('/')}: ${message}`);
}

interface Place {
  input: readonly number[];
  actions: number;
  steps: readonly PlacedStep[];
}

function tabulate(layers: LayerSpec[], { input, actions, steps }: Place): LayerRow[] {
  try {
    return layerTable(layers, [...input], actions).rows;
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    throw new FormatError(steps[error.index]?.where ?? 'output', `${error.field}: ${error.message}`);
  }
}

function addWeights(weights: Map<string, NamedTensor>, row: LayerRow, step: PlacedStep): void {
  if (step.kind === 'block') {
    for (const [index, inner] of (row.inner ?? []).entries()) addWeights(weights, inner, step.steps[index]!);
    return;
  }
  if (step.kind === 'simple') return;
  const [weight, bias] = expectedWeights([row]);
  const made = step.kind === 'linear' ? multiplyOut(step) : multiplyOutNorm(step, size(weight!.shape));
  for (const [{ name, shape }, data] of [[weight!, made.weight] as const, [bias!, made.bias] as const]) {
    if (data.length !== size(shape))
      throw new FormatError(step.where, `${data.length} numbers for '${name}' of shape [${shape.join(', ')}]`);
    weights.set(name, { dtype: 'F32', shape, data });
  }
}

const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

interface Made {
  weight: Float32Array;
  bias: Float32Array;
}

function multiplyOut({ weight: numbers, before, scale, bias }: LinearStep): Made {
  const weight = Float32Array.from(numbers());
  const made = Float64Array.from(bias);
  const inputs = weight.length / scale.length;
  for (const [output, factor] of scale.entries()) {
    let total = 0;
    for (let at = output * inputs; at < (output + 1) * inputs; at++) {
      total += weight[at]!;
      weight[at] = weight[at]! * before.scale * factor;
    }
    if (before.shift !== 0) made[output] = made[output]! + factor * before.shift * total;
  }
  return { weight, bias: Float32Array.from(made) };
}

function multiplyOutNorm({ weight, bias, after }: NormStep, length: number): Made {
  const [factors, summands] = [weight?.() ?? new Float32Array(length).fill(1), bias?.() ?? new Float32Array(length)];
  return {
    weight: factors.map((value) => value * after.scale),
    bias: summands.map((value) => value * after.scale + after.shift),
  };
}
