import { isDeepStrictEqual } from 'node:util';
import { type TensorInfo } from '@tensorflow/tfjs-core';
import { type NodeBackend } from './node-backend.ts';
import { record, type Recording, type TensorFunction } from './recording.ts';
import { openSession, type Session } from './session.ts';

/** Graphs that one function may hold, one for each set of shapes; the oldest gives way. */
const MOST_GRAPHS = 8;

/**
 * A function of tensors that TensorFlow runs as one graph, as tf.function and jax.jit do. The first call with new shapes
 * records it and compiles the recording, so that every call, the first too, gives the bits of the graph. The second call
 * records it once more: what differs was no argument and no constant.
 */
export class CompiledFunction {
  readonly #backend: NodeBackend;
  readonly #graphs: Graphs = new Map();

  /** @param owner when it is forgotten, the graphs are closed */
  constructor(backend: NodeBackend, owner: object) {
    this.#backend = backend;
    closing.register(owner, this.#graphs);
  }

  /** @throws Error when the function is not one of its arguments alone */
  run(inputs: readonly TensorInfo[], compute: TensorFunction): TensorInfo[] {
    const { session } = this.#graph(inputs, compute);
    const results = session.run(this.#backend.getInputTensorIds(inputs));
    return results.map((handle) => this.#backend.createOutputTensor(handle));
  }

  #graph(inputs: readonly TensorInfo[], compute: TensorFunction): Graph {
    const key = inputs.map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join();
    let graph = this.#graphs.get(key);
    if (graph && !graph.unproven) return graph;
    const recording = record(this.#backend, inputs, compute);
    if (graph) {
      requireSame(graph.unproven!, recording);
      delete graph.unproven;
    } else {
      graph = { session: openSession(this.#backend.binding, recording), unproven: recording };
      this.#graphs.set(key, graph);
      this.#makeRoom();
    }
    return graph;
  }

  #makeRoom(): void {
    for (const [key, { session }] of [...this.#graphs].slice(0, -MOST_GRAPHS)) {
      session.close();
      this.#graphs.delete(key);
    }
  }
}

interface Graph {
  session: Session;
  /** What was compiled, until a second recording was found to be the same. */
  unproven?: Recording;
}
type Graphs = Map<string, Graph>;

const closing = new FinalizationRegistry<Graphs>((graphs) => {
  for (const { session } of graphs.values()) session.close();
});

function requireSame(first: Recording, second: Recording): void {
  if (isDeepStrictEqual(first, second)) return;
  const node = first.nodes.find((each, index) => !isDeepStrictEqual(each, second.nodes[index]));
  const what = node && `${node.operation} (${node.name})`;
  throw new Error(
    `a compiled function depends on more than its arguments: its second call differs at ${what ?? 'its end'}`,
  );
}
