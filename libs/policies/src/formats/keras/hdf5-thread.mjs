// A thread of its own, for the HDF5 library: it is C, reads what a stranger wrote, and can be ended from outside. Its files
// lie in memory, so that links to other files lead nowhere.
import { parentPort, workerData } from 'node:worker_threads';

const MiB = 1 << 20;
const { bytes, limits } = workerData;

/** Bytes that the library's memory may grow to; it starts with 19 MB. */
let mostMemory = 128 * MiB;
const grow = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function bounded(pages) {
  if (this.buffer.byteLength + Number(pages) * 65_536 > mostMemory) throw new RangeError('out of memory');
  return grow.call(this, pages);
};

/** Refused: said by us, in words for people. */
class Refusal extends Error {
  constructor(where, message) {
    super(message);
    this.where = where;
  }
}

function collect(group, path, depth, found) {
  if (depth > limits.depth) throw new Refusal(path, 'groups are nested too deeply, or in a circle');
  for (const key of group.keys()) {
    const name = path ? `${path}/${key}` : key;
    if (++found.objects > limits.objects) throw new Refusal(name, `more than ${limits.objects} objects`);
    const entity = group.get(key);
    if (entity?.type === 'Group') collect(entity, name, depth + 1, found);
    else if (entity?.type === 'Dataset') found.datasets.push({ name, entity, ...declared(name, entity.metadata) });
  }
  return found;
}

/** Datasets of floating-point numbers; the others are of no interest. */
function declared(name, { shape, size, type, virtual_sources: virtual }) {
  const dims = shape ?? [];
  const count = dims.reduce((product, length) => product * Number(length), 1);
  const isFloat = type === 1 && [2, 4, 8].includes(size) && !virtual;
  return { shape: dims.map(Number), count, bytes: isFloat ? count * size : 0, isFloat };
}

function requireSizes(datasets) {
  const total = datasets.reduce((sum, dataset) => sum + dataset.bytes, 0);
  const most = Math.min(limits.bytes, Math.max(MiB, limits.ratio * bytes.length));
  const largest = datasets.reduce((a, b) => (a && a.bytes >= b.bytes ? a : b), undefined);
  if (!(total <= most))
    throw new Refusal(
      largest.name,
      `the datasets are declared to hold ${total} bytes, and the file has ${bytes.length}`,
    );
  return largest?.bytes ?? 0;
}

function read(h5wasm) {
  h5wasm.FS.writeFile('/file', bytes);
  const file = new h5wasm.File('/file', 'r');
  const { datasets } = collect(file, '', 0, { objects: 0, datasets: [] });
  const attribute = Object.hasOwn(file.attrs, 'model_config') ? modelConfig(file) : undefined;
  mostMemory += 3 * requireSizes(datasets);
  const tensors = datasets
    .filter(({ isFloat }) => isFloat)
    .map(({ name, entity, shape, count }) => {
      const value = entity.value;
      const data = count === 0 ? new Float32Array() : Float32Array.from(typeof value === 'number' ? [value] : value);
      if (data.length !== count) throw new Refusal(name, `${data.length} numbers where ${count} are declared`);
      return { name, shape, data };
    });
  return { tensors, modelConfig: attribute };
}

function modelConfig(file) {
  const attribute = file.attrs.model_config;
  if (attribute.shape?.some((length) => length !== 1)) throw new Refusal('model_config', 'is no text');
  const { value } = attribute;
  const text = Array.isArray(value) ? value[0] : value;
  return typeof text === 'string' ? text : new TextDecoder().decode(text);
}

try {
  const { default: h5wasm } = await import('h5wasm');
  const { FS } = await h5wasm.ready;
  const result = read({ FS, File: h5wasm.File });
  parentPort.postMessage(
    { result },
    result.tensors.map(({ data }) => data.buffer),
  );
} catch (error) {
  parentPort.postMessage({ refusal: { where: error?.where ?? 'file', message: String(error?.message ?? error) } });
}
