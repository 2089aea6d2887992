import { z } from 'zod';
import { type LayerSpec } from '../../description/layer-spec.ts';
import { FormatError, type ImportRequest } from '../imported.ts';

/** What the entry `data` says in plain JSON: what cannot be written as JSON stands there pickled, and is not read. */
export interface SavedData {
  /** After hidden layers; undefined where it is the policy's default. */
  activation: LayerSpec | undefined;
  /** Whether the policy divides pixels by 255 itself, as it does unless told otherwise. */
  normalizesImages: boolean;
  /** A features extractor that was given in place of the default. */
  customExtractor: string | undefined;
  remarks: string[];
}

const text = z.string().max(10_000);
/** Values that are not JSON have their str() there beside the pickle. */
const Data = z.object({
  policy_kwargs: z
    .object({
      activation_fn: text.optional(),
      normalize_images: z.boolean().optional(),
      features_extractor_class: text.optional(),
    })
    .nullish(),
  observation_space: z.object({ _shape: z.array(z.int()).max(8).optional() }).nullish(),
  action_space: z.object({ ':type:': text.optional(), n: z.union([text, z.int()]).optional() }).nullish(),
});

const ACTIVATIONS: Readonly<Record<string, LayerSpec>> = {
  ReLU: { kind: 'relu' },
  Tanh: { kind: 'tanh' },
  LeakyReLU: { kind: 'leaky-relu', slope: 0.01 },
  ELU: { kind: 'elu', alpha: 1 },
  GELU: { kind: 'gelu' },
  SiLU: { kind: 'silu' },
  Softplus: { kind: 'softplus' },
};

/** @throws FormatError where it is no JSON, or says something else than the request does */
export function readSavedData(bytes: Uint8Array, request: ImportRequest): SavedData {
  const data = parse(bytes);
  requireSpaces(data, request);
  const { activation_fn, normalize_images = true, features_extractor_class } = data.policy_kwargs ?? {};
  const custom = features_extractor_class?.includes("'stable_baselines3.common.torch_layers.NatureCNN'");
  return {
    activation: activation_fn === undefined ? undefined : activationOf(activation_fn),
    normalizesImages: normalize_images,
    customExtractor: custom ? undefined : features_extractor_class,
    remarks: normalize_images ? [] : ['normalize_images is off: the policy takes pixels as its environment gives them'],
  };
}

function parse(bytes: Uint8Array): z.infer<typeof Data> {
  try {
    return Data.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    const issue = error instanceof z.ZodError ? `${error.issues[0]!.path.join('.')}: ${error.issues[0]!.message}` : '';
    throw new FormatError('data', `not the JSON that Stable-Baselines3 writes${issue && `: ${issue}`}`);
  }
}

function requireSpaces(
  { action_space: actionSpace, observation_space: space }: z.infer<typeof Data>,
  request: ImportRequest,
) {
  if (actionSpace?.[':type:'] && !actionSpace[':type:'].includes('Discrete'))
    throw new FormatError('data', `the action space is ${actionSpace[':type:']}; actions must be discrete`);
  if (actionSpace?.n !== undefined && Number(actionSpace.n) !== request.actions)
    throw new FormatError('data', `the policy has ${actionSpace.n} actions, and ${request.actions} are expected`);
  const [height, width, stack] = request.input;
  const shape = space?._shape?.join();
  if (shape === undefined || shape === [stack, height, width].join() || shape === [height, width, stack].join()) return;
  throw new FormatError(
    'data',
    `the policy observes [${shape.replaceAll(',', ', ')}], and [${[stack, height, width].join(', ')}] is expected`,
  );
}

function activationOf(activation: string): LayerSpec {
  const name = /'torch\.nn\.modules\.activation\.(\w+)'/.exec(activation)?.[1] ?? '';
  if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name]!;
  throw new FormatError(
    'data',
    `activation_fn ${activation.slice(0, 200)} is not among ${Object.keys(ACTIVATIONS).join(', ')}`,
  );
}
