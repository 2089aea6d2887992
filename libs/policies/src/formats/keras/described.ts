import { type Architecture, resolveLayers } from '../../description/architecture.ts';
import { type LayerRow, layerTable } from '../../description/layer-table.ts';
import { type LayerSpec } from '../../description/layer-spec.ts';
import { paddingOf } from '../../description/padding.ts';
import { asFormatError } from '../fit-imported.ts';
import { FormatError, type ImportedPolicy, type ImportRequest } from '../imported.ts';
import { requireTensor, type StoredTensor } from '../keras-layers/weight-source.ts';
import { turned } from '../keras-layers/weighted-layers.ts';
import { finish } from '../trace/finish.ts';
import { activate, flatten, layerNorm, pool } from '../trace/layers.ts';
import { convolve, dense } from '../trace/linear.ts';
import { addSignals } from '../trace/residual.ts';
import { observation, type Signal } from '../trace/signal.ts';
import { type Hdf5File } from './hdf5.ts';
import { storedTensor } from './weights.ts';

/**
 * Weights without a model: each layer of the description takes the first tensors that are left and have its shapes. The last
 * dense layer, as wide as there are actions, is then told from a value head by its width.
 */
export function readDescribed(file: Hdf5File, architecture: Architecture, request: ImportRequest): ImportedPolicy {
  const layers = resolveLayers(architecture, request.actions);
  const { rows } = asFormatError(() => layerTable(layers, request.input, request.actions));
  const take = takeLayers(file);
  const policy = finish(
    rows.reduce((signal, row) => apply(signal, row, take), observation(request.input, 'hwc')),
    request,
  );
  const left = take.left();
  const remarks = left.length > 0 ? [`tensors that are ignored: ${left.slice(0, 8).join(', ')}`] : [];
  return { ...policy, layers, remarks };
}

interface Take {
  /** Weight and bias, or gamma and beta, of these shapes. */
  (layer: string, weight: readonly number[], bias: readonly number[]): { weight: StoredTensor; bias: StoredTensor };
  left(): string[];
}

function takeLayers(file: Hdf5File): Take {
  const groups = groupsOf(file);
  const take = (layer: string, weight: readonly number[], bias: readonly number[]) => {
    const fits = (tensors: StoredTensor[]) =>
      tensors.length === 2 && tensors[0]!.shape.join() === weight.join() && tensors[1]!.shape.join() === bias.join();
    const [name, tensors] = [...groups].find(([, candidates]) => fits(candidates)) ?? [];
    if (name === undefined || !tensors)
      throw new FormatError(
        layer,
        `the file has no weights left of shapes [${weight.join(', ')}] and [${bias.join(', ')}]`,
      );
    groups.delete(name);
    const [first, second] = tensors as [StoredTensor, StoredTensor];
    return {
      weight: requireTensor(first, weight, { layer, role: 'weight' }),
      bias: requireTensor(second, bias, { layer, role: 'bias' }),
    };
  };
  return Object.assign(take, { left: () => [...groups.keys()] });
}

/** Tensors by the layer that they lie in: weight before bias, and conv2d_2 before conv2d_10. */
function groupsOf(file: Hdf5File): Map<string, StoredTensor[]> {
  const groups = new Map<string, StoredTensor[]>();
  const byNumber = new Intl.Collator('en', { numeric: true });
  for (const path of [...file.tensors.keys()].sort((a, b) => byNumber.compare(orderOf(a), orderOf(b)))) {
    if (/optimizer/.test(path)) continue;
    const group = path.slice(0, path.lastIndexOf('/'));
    groups.set(group, [...(groups.get(group) ?? []), storedTensor(file, path)!]);
  }
  return groups;
}

/** Kernel before bias, gamma before beta, and vars/0 before vars/1. */
function orderOf(path: string): string {
  const role = path.slice(path.lastIndexOf('/') + 1).replace(/:0$/, '');
  return (
    path.slice(0, path.lastIndexOf('/') + 1) +
    (role === 'kernel' || role === 'gamma' ? '0' : role === 'bias' || role === 'beta' ? '1' : role)
  );
}

function apply(signal: Signal, row: LayerRow, take: Take): Signal {
  const { spec, name } = row;
  switch (spec.kind) {
    case 'conv':
      return applyConv(signal, spec, { name, take });
    case 'dense': {
      const inputs = row.inputShape[0]!;
      const { weight, bias } = take(name, [inputs, spec.units], [spec.units]);
      return dense(signal, {
        where: name,
        units: spec.units,
        inputs,
        weight: () => turned(weight.read(), weight.shape),
        bias: bias.read(),
      });
    }
    case 'layer-norm': {
      const { weight, bias } = take(name, row.inputShape, row.inputShape);
      return layerNorm(signal, { where: name, epsilon: 1e-5, weight: weight.read, bias: bias.read });
    }
    case 'flatten':
      return flatten(signal, name);
    case 'max-pool':
    case 'average-pool': {
      const window = {
        size: [spec.size, spec.size],
        strides: [spec.stride, spec.stride],
        pads: around(spec.padding),
      } as const;
      return pool(signal, { ...window, where: name, kind: spec.kind, countsPadding: true, ceil: false });
    }
    case 'residual':
      return addSignals(
        signal,
        (row.inner ?? []).reduce((inner, each) => apply(inner, each, take), signal),
        name,
      );
    default:
      return activate(signal, spec, { where: name });
  }
}

function applyConv(
  signal: Signal,
  spec: Extract<LayerSpec, { kind: 'conv' }>,
  { name, take }: { name: string; take: Take },
): Signal {
  const { filters, kernel, stride } = spec;
  const channels = signal.link.shape[2]!;
  const { weight, bias } = take(name, [kernel, kernel, channels, filters], [filters]);
  return convolve(signal, {
    where: name,
    filters,
    channels,
    size: [kernel, kernel],
    strides: [stride, stride],
    pads: around(paddingOf(spec)),
    weight: () => turned(weight.read(), weight.shape),
    bias: bias.read(),
  });
}

const around = (padding: number) => ({ top: padding, left: padding, bottom: padding, right: padding });
