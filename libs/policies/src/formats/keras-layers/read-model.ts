import { z } from 'zod';
import { FormatError, type ImportedPolicy, type ImportRequest } from '../imported.ts';
import { chooseOutput, type TracedOutput } from '../trace/choose-output.ts';
import { finish } from '../trace/finish.ts';
import { observation, type Signal } from '../trace/signal.ts';
import { type LayerConfig, type ModelConfig } from './model-config.ts';
import { translateLayer } from './translate-layer.ts';
import { type WeightSource } from './weight-source.ts';

/** The policy of a Keras model, whichever file its weights are in. */
export function readModel(model: ModelConfig, weights: WeightSource, request: ImportRequest): ImportedPolicy {
  const trace = traceLayers(model, weights, request.input);
  const { logits, remarks } = chooseOutput([...new Set(model.outputs)], trace, request.actions);
  const policy = finish(logits, request);
  return { ...policy, remarks: [...remarks, ...policy.remarks] };
}

function traceLayers(
  model: ModelConfig,
  weights: WeightSource,
  input: ImportRequest['input'],
): (name: string) => TracedOutput {
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  const known = new Map<string, TracedOutput>();
  const compute = (layer: LayerConfig): TracedOutput => {
    const numbers = layer.inputs.filter((value) => typeof value === 'number');
    const given = layer.inputs.filter((value) => typeof value === 'string').map((name) => known.get(name)!);
    if (layer.className === 'InputLayer') return { signal: inputSignal(layer, input), softmax: false };
    if (given.some(({ softmax }) => softmax)) throw new FormatError(layer.name, 'is applied to a softmax');
    // A Sequential model's first layer may say what it takes, without an input layer before it.
    const signals = layer.inputs.length === 0 ? [inputSignal(layer, input)] : given.map(({ signal }) => signal);
    return translateLayer({ layer, signals, numbers, weights });
  };
  return (name) => {
    const stack = [name];
    const waiting = new Set<string>();
    while (stack.length > 0) {
      const wanted = stack.at(-1)!;
      const layer = layers.get(wanted);
      if (!layer) throw new FormatError(wanted, 'the model has no such layer');
      const open = known.has(wanted)
        ? []
        : layer.inputs.filter((input) => typeof input === 'string' && !known.has(input));
      if (open.length === 0) {
        if (!known.has(wanted)) known.set(wanted, compute(layer));
        stack.pop();
      } else if (waiting.has(wanted)) throw new FormatError(wanted, 'depends on its own output');
      else stack.push(...(open as string[]));
      waiting.add(wanted);
    }
    return known.get(name)!;
  };
}

const Shape = z.array(z.int().nullable()).length(4);
const Input = z.object({ batch_shape: Shape.optional(), batch_input_shape: Shape.optional() });

/** The observation, its axes in the order that the input layer says. */
function inputSignal({ name, config }: LayerConfig, input: ImportRequest['input']): Signal {
  const [height, width, stack] = input;
  const parsed = Input.safeParse(config);
  const shape = parsed.success ? (parsed.data.batch_shape ?? parsed.data.batch_input_shape)?.slice(1) : undefined;
  const fits = (lengths: number[]) =>
    !shape || shape.every((length, axis) => length === null || length === lengths[axis]);
  if (parsed.success && fits([height, width, stack])) return observation(input, 'hwc');
  if (parsed.success && fits([stack, height, width])) return observation(input, 'chw');
  const told = shape ? `[${['batch', ...shape].join(', ')}]` : 'no image';
  throw new FormatError(name, `takes ${told}; observations are [batch, ${height}, ${width}, ${stack}]`);
}
