import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { loadEngine } from '../load-engine.ts';
import { COMPILED } from './compiled-kernel.ts';
import { type TensorFunction } from './recording.ts';

/** The function as a graph. */
function compile(compute: TensorFunction): TensorFunction {
  return (inputs) =>
    tf.engine().runKernel(COMPILED, Object.fromEntries(inputs.entries()), { compute } as unknown as tf.NamedAttrMap);
}

/** How many tensors TensorFlow holds, and how many graphs. */
function held(): { tensors: number; graphs: number } {
  const { binding } = tf.backend() as unknown as {
    binding: { getNumOfTensors(): number; getNumOfSavedModels(): number };
  };
  return { tensors: binding.getNumOfTensors(), graphs: binding.getNumOfSavedModels() };
}

const values = (tensors: readonly tf.Tensor[]) => tensors.map((tensor) => [...tensor.dataSync()]);

/** Attributes and operations of every kind: lists, strings, floats, integers as inputs, several outputs. */
const many: TensorFunction = ([image, filter]) => {
  const y = tf.relu(tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 2, 'same'));
  const [a, b] = tf.split(tf.leakyRelu(tf.transpose(tf.sub(y, 0.5), [0, 3, 1, 2]), 0.3), 2, 1);
  const product = tf.matMul(tf.reshape(a!, [2, -1]), tf.reshape(b!, [2, -1]), false, true);
  return [product, tf.sum(tf.square(product), 0, true), tf.gather(product, tf.tensor1d([1, 0], 'int32'))];
};

describe.runIf(inject('engines').includes('tensorflow'))('on TensorFlow', () => {
  beforeAll(() => loadEngine('tensorflow'));

  test('a compiled function gives what the function gives, at each of its calls', () => {
    const compiled = compile(many);
    for (const seed of [1, 2, 3]) {
      const inputs = [
        tf.randomNormal([2, 6, 6, 3], 0, 1, 'float32', seed),
        tf.randomNormal([3, 3, 3, 4], 0, 1, 'float32', seed),
      ];
      const [graph, plain] = [compiled(inputs), many(inputs)];
      expect(graph.map(({ shape }) => shape)).toEqual(plain.map(({ shape }) => shape));
      for (const [index, tensor] of graph.entries()) {
        const scale = Math.max(...plain[index]!.dataSync().map(Math.abs));
        expect(tf.max(tf.abs(tf.sub(tensor, plain[index]!))).dataSync()[0]! / scale).toBeLessThan(1e-6);
      }
    }
  });

  test('the function itself is called twice for each set of shapes, and never again', () => {
    const shapes: number[][] = [];
    const compiled = compile(([x]) => [(shapes.push(x!.shape), tf.mul(x!, 2))]);
    for (const length of [1, 1, 1, 3, 3, 3, 1])
      expect(values(compiled([tf.ones([length])]))).toEqual([Array<number>(length).fill(2)]);
    expect(shapes).toEqual([[1], [1], [3], [3]]);
  });

  test('the same shape of another type is another graph', () => {
    const compiled = compile(([x]) => [tf.add(x!, x!)]);
    expect(values(compiled([tf.tensor1d([1.5])]))).toEqual([[3]]);
    expect(compiled([tf.tensor1d([1], 'int32')])[0]!.dtype).toBe('int32');
  });

  test('what it is given may be given twice or answered, and so may a constant', () => {
    const compiled = compile(([a, b]) => [a!, tf.sub(a!, b!), b!, b!, tf.scalar(7)]);
    const x = tf.scalar(2);
    expect(values(compiled([x, x]))).toEqual([[2], [0], [2], [2], [7]]);
    expect(values(compiled([x, tf.scalar(5)]))).toEqual([[2], [-3], [5], [5], [7]]);
  });

  test('a number that is another at the second call is refused, and the error says where it was used', () => {
    let rate = 0.1;
    const compiled = compile(([x]) => [tf.mul(x!, rate)]);
    compiled([tf.scalar(1)]);
    rate = 0.2;
    expect(() => compiled([tf.scalar(1)])).toThrow(/depends on more than its arguments.*Const/);
  });

  test('a function that goes another way at the second call is refused', () => {
    let calls = 0;
    const compiled = compile(([x]) => [calls++ === 0 ? tf.square(x!) : tf.abs(x!)]);
    compiled([tf.scalar(1)]);
    expect(() => compiled([tf.scalar(1)])).toThrow(/depends on more than its arguments.*Square/);
  });

  test('a function that reads a tensor or uses one of others is refused, and the engine works on', () => {
    const foreign = tf.add(1, 2);
    expect(() => compile(([x]) => [tf.scalar(x!.dataSync()[0]!)])([tf.scalar(1)])).toThrow('must not read');
    expect(() => compile(([x]) => [tf.mul(x!, foreign)])([tf.scalar(1)])).toThrow('Mul uses a tensor that');
    expect(() => compile(() => [foreign])([tf.scalar(1)])).toThrow('the result uses a tensor that');
    expect(tf.mul(foreign, 2).dataSync()[0]).toBe(6);
  });

  test('a tensor of others that JavaScript still holds is refused at the second call', () => {
    const foreign = tf.scalar(3);
    const compiled = compile(([x]) => [tf.mul(x!, foreign)]);
    expect(values(compiled([tf.scalar(2)]))).toEqual([[6]]);
    expect(() => compiled([tf.scalar(2)])).toThrow('Mul uses a tensor that');
  });

  test('thousands of calls leave no tensor and no memory behind', () => {
    const compiled = compile(([x, y]) => [tf.add(x!, y!), tf.sum(y!)]);
    const y = tf.ones([500, 500]);
    let x = tf.zeros([500, 500]);
    const call = () => {
      const [next, sum] = compiled([x, y]) as [tf.Tensor, tf.Tensor];
      tf.dispose([x, sum]);
      x = next;
    };
    for (let i = 0; i < 100; i++) call();
    const [before, resident] = [{ ...held(), known: tf.memory().numTensors }, process.memoryUsage.rss()];
    for (let i = 0; i < 3000; i++) call();
    expect({ ...held(), known: tf.memory().numTensors }).toEqual(before);
    // One of the 3,000 matrices that were made takes 1 MB.
    expect(process.memoryUsage.rss() - resident).toBeLessThan(200e6);
    expect(x.dataSync()[0]).toBe(3100);
  });

  test('results belong to the scope of the call, and to no other', () => {
    const compiled = compile(([x]) => [tf.square(x!), tf.abs(x!)]);
    const x = tf.sub(0, 2);
    const before = [tf.memory().numTensors, held().tensors];
    for (let i = 0; i < 3; i++) tf.tidy(() => void compiled([x]));
    expect([tf.memory().numTensors, held().tensors]).toEqual(before);
  });

  test('nothing stays on the disk', () => {
    const [before, directory] = [process.env['TMPDIR'], mkdtempSync(join(tmpdir(), 'compiled-'))];
    process.env['TMPDIR'] = directory;
    try {
      compile(([x]) => [tf.square(x!)])([tf.scalar(1)]);
      expect(readdirSync(directory)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      rmSync(directory, { recursive: true });
    }
  });

  test('a function with ever new shapes keeps few graphs, and one that is forgotten none', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const before = held().graphs;
    const fill = () => {
      const compiled = compile(([x]) => [tf.square(x!)]);
      for (let length = 1; length <= 20; length++) compiled([tf.ones([length])]);
      expect(held().graphs - before).toBeLessThanOrEqual(8);
      expect(values(compiled([tf.ones([1])]))).toEqual([[1]]);
    };
    fill();
    for (let tries = 0; tries < 100 && held().graphs > before; tries++) {
      collectGarbage();
      await sleep(20);
    }
    expect(held().graphs).toBeLessThanOrEqual(before);
  });
});
