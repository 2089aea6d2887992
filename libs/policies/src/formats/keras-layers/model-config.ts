import { z } from 'zod';
import { FormatError } from '../imported.ts';

/** A layer of a Keras model, of any version and of TensorFlow.js, which writes the same. */
export interface LayerConfig {
  name: string;
  className: string;
  config: Record<string, unknown>;
  /** Layers whose outputs it takes, and numbers, where an operator takes some. */
  inputs: (string | number)[];
}

export interface ModelConfig {
  layers: LayerConfig[];
  /** Names of the layers that give the outputs. */
  outputs: string[];
}

const MAX_LAYERS = 1000;

const Layer = z.object({
  class_name: z.string(),
  config: z.record(z.string(), z.unknown()),
  name: z.string().optional(),
  inbound_nodes: z.array(z.unknown()).default([]),
});
const Config = z.object({ layers: z.array(Layer).max(MAX_LAYERS), output_layers: z.unknown().optional() });
const Model = z.object({ class_name: z.string(), config: z.union([Config, z.array(Layer).max(MAX_LAYERS)]) });

/** @throws FormatError where it is no Sequential or Functional model */
export function parseModelConfig(json: unknown, where: string): ModelConfig {
  const parsed = Model.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new FormatError(where, `describes no Sequential or Functional model: ${path.join('/')}: ${message}`);
  }
  const { class_name: className, config } = parsed.data;
  // The first versions wrote a Sequential model's layers without anything around them.
  const model = Array.isArray(config) ? { layers: config } : config;
  if (className === 'Sequential') return sequential(model.layers, where);
  if (className === 'Functional' || className === 'Model') return functional(model, where);
  throw new FormatError(where, `a model of class ${className.slice(0, 100)}: Sequential and Functional ones are read`);
}

/** JSON of a file. @throws FormatError where it is none */
export function parseJson(text: string | Uint8Array, where: string): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text));
  } catch {
    throw new FormatError(where, 'is not JSON');
  }
}

type ParsedLayer = z.infer<typeof Layer>;

function nameOf({ name, config, class_name }: ParsedLayer): string {
  const own = name ?? config['name'];
  return typeof own === 'string' ? own : class_name;
}

function sequential(layers: ParsedLayer[], where: string): ModelConfig {
  const names = layers.map(nameOf);
  const configs = layers.map((layer, index): LayerConfig => {
    const inputs = index === 0 ? [] : [names[index - 1]!];
    return { name: names[index]!, className: layer.class_name, config: layer.config, inputs };
  });
  return distinct({ layers: configs, outputs: names.slice(-1) }, where);
}

function functional(
  { layers, output_layers: outputs }: { layers: ParsedLayer[]; output_layers?: unknown },
  where: string,
): ModelConfig {
  const configs = layers.map((layer): LayerConfig => {
    const name = nameOf(layer);
    if (layer.inbound_nodes.length > 1) throw new FormatError(name, 'is used at several places of the model');
    return { name, className: layer.class_name, config: layer.config, inputs: inboundOf(layer.inbound_nodes[0], name) };
  });
  return distinct({ layers: configs, outputs: layersIn(outputs).slice(0, 65) }, where);
}

function distinct(model: ModelConfig, where: string): ModelConfig {
  const seen = new Set<string>();
  for (const { name } of model.layers) {
    if (seen.has(name)) throw new FormatError(where, `has two layers '${name}'`);
    seen.add(name);
  }
  return model;
}

const MAX_NESTING = 8;

/** Keras 3: { args: [tensor, [tensors], 255.0], kwargs }; before, and TensorFlow.js: [[layer, 0, 0, kwargs], …]. */
function inboundOf(node: unknown, name: string): (string | number)[] {
  if (node === undefined) return [];
  const call = z
    .object({ args: z.array(z.unknown()), kwargs: z.record(z.string(), z.unknown()).default({}) })
    .safeParse(node);
  return call.success ? argumentsOf([call.data.args], name) : layersIn(node);
}

const KerasTensor = z.object({ config: z.object({ keras_history: z.tuple([z.string(), z.number(), z.literal(0)]) }) });

function argumentsOf(value: unknown, name: string, depth = 0): (string | number)[] {
  if (typeof value === 'number') return [value];
  if (value === null) return [];
  const tensor = KerasTensor.safeParse(value);
  if (tensor.success) return [tensor.data.config.keras_history[0]];
  if (Array.isArray(value) && depth < MAX_NESTING) return value.flatMap((item) => argumentsOf(item, name, depth + 1));
  throw new FormatError(name, 'takes something that is neither the output of a layer nor a number');
}

/** Names of layers in [name, node, output], a list of these, or a dictionary of these. */
function layersIn(value: unknown, depth = 0): string[] {
  if (depth > MAX_NESTING || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value) && typeof value[0] === 'string') return [value[0]];
  return Object.values(value).flatMap((item) => layersIn(item, depth + 1));
}
