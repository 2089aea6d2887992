import { type ModelConfig } from '../keras-layers/model-config.ts';
import { type StoredTensor, type WeightSource } from '../keras-layers/weight-source.ts';
import { type Hdf5File } from './hdf5.ts';

export function storedTensor({ tensors }: Hdf5File, where: string): StoredTensor | undefined {
  const tensor = tensors.get(where);
  return tensor && { where, shape: tensor.shape, read: () => tensor.data };
}

/** Keras 3: layers/conv2d_1/vars/0, by the class's name and the layer's place among those of its class. */
export function byPosition(file: Hdf5File, { layers }: ModelConfig): WeightSource {
  const counts = new Map<string, number>();
  const groups = new Map<string, string>();
  for (const { name, className } of layers) {
    const base = snakeCase(className);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    groups.set(name, count === 0 ? base : `${base}_${count}`);
  }
  return {
    find: (layer, role, roles) => storedTensor(file, `layers/${groups.get(layer.name)}/vars/${roles.indexOf(role)}`),
  };
}

/** As Keras does it: Conv2D is conv2d, LayerNormalization layer_normalization. */
function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** Keras 1 and 2: [model_weights/]layer/…/kernel:0. */
export function byLayerName(file: Hdf5File): WeightSource {
  const names = new Map<string, string>();
  for (const path of file.tensors.keys()) {
    const parts = path.replace(/^model_weights\//, '').split('/');
    names.set(`${parts[0]}/${parts.at(-1)!.replace(/:0$/, '')}`, path);
  }
  return {
    find: (layer, role) => {
      // Names of layers may have slashes themselves.
      const name = names.get(`${layer.name}/${role}`) ?? names.get(`${layer.name.split('/')[0]}/${role}`);
      return name === undefined ? undefined : storedTensor(file, name);
    },
  };
}
