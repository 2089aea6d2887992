import { loadEngine } from '@distiller/compute';
import * as tf from '@tensorflow/tfjs-core';
await loadEngine(process.argv[2] as never);
const B = 200;
const x = tf.randomNormal([B, 84, 84, 4]) as tf.Tensor4D, xb = tf.randomNormal([B, 21, 21, 64]) as tf.Tensor4D;
const w = tf.randomNormal([8, 8, 4, 16]) as tf.Tensor4D, wb = tf.randomNormal([2, 2, 64, 16]) as tf.Tensor4D;
const c = tf.randomNormal([B, 20, 20, 16]) as tf.Tensor4D;
const ct = tf.transpose(c, [1, 2, 0, 3]) as tf.Tensor4D;
const xt = tf.transpose(x, [3, 1, 2, 0]) as tf.Tensor4D, xbt = tf.transpose(xb, [3, 1, 2, 0]) as tf.Tensor4D;
const s2d = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [B * 21, 4, 21, 16]), [0, 2, 1, 3]);
const fs: [string, () => unknown][] = [
  ['strided fwd', () => tf.conv2d(x, w, 4, 'valid')], ['blocked fwd', () => tf.conv2d(xb, wb, 1, 'valid')], ['s2d', () => s2d(x)],
  ['fg dilated', () => tf.conv2d(xt, ct, 1, 'valid', 'NHWC', 4)], ['fg blocked', () => tf.conv2d(xbt, ct, 1, 'valid')],
  ['transpose 3120', () => tf.transpose(x, [3, 1, 2, 0])], ['2d transpose', () => tf.transpose(tf.reshape(x, [B, 28224]))],
  ['2d then', () => tf.transpose(tf.reshape(tf.transpose(tf.reshape(x, [B, 28224])), [84 * 84, 4, B]), [1, 0, 2])],
  ['1203 c', () => tf.transpose(c, [1, 2, 0, 3])], ['1203 c 3d', () => tf.transpose(tf.reshape(c, [B, 400, 16]), [1, 0, 2])],
  ['blocked 3120', () => tf.transpose(xb, [3, 1, 2, 0])],
  ['mm [2592,200]x[200,256]', () => tf.matMul(tf.ones([2592, 200]), tf.ones([200, 256]))],
];
const ts = fs.map((): number[] => []);
for (let r = 0; r < 9; r++) for (const [i, [, f]] of fs.entries()) { const s = performance.now(); tf.tidy(() => { f(); }); if (r > 1) ts[i]!.push(performance.now() - s); }
for (const [i, [n]] of fs.entries()) { ts[i]!.sort((a, b) => a - b); console.log(n.padEnd(30), ts[i]![3]!.toFixed(1), 'min', ts[i]![0]!.toFixed(1)); }
