// Puts one seeded fault at a time into a copy of libs/sobolev and runs its tests there: each fault must be caught.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVitest } from 'vitest/node';

interface Fault {
  what: string;
  file: string;
  from: string;
  to: string;
}

const FAULTS: Fault[] = [
  {
    what: 'the sign of the residual at the pixels',
    file: 'losses/pixel-residual.ts',
    from: 'tf.sub(first.cotangent(c), pullBack)',
    to: 'tf.add(first.cotangent(c), pullBack)',
  },
  {
    what: 'the sign of the teacher where the residual is folded',
    file: 'losses/pixel-residual.ts',
    from: 'tf.sub(gram.apply(c), pushed)',
    to: 'tf.add(gram.apply(c), pushed)',
  },
  {
    what: 'a folded norm without its cross term',
    file: 'losses/pixel-residual.ts',
    from: 'tf.mul(c, tf.sub(tangent, pushed))',
    to: 'tf.mul(c, tangent)',
  },
  {
    what: 'a J Jᵀ whose taps are counted backwards',
    file: 'layers/convolution-gram.ts',
    from: '(b % taps) - (a % taps)',
    to: '(a % taps) - (b % taps)',
  },
  {
    what: 'the sign of the residual along a pixel direction',
    file: 'losses/jvp.ts',
    from: 'tf.sub<tf.Tensor2D>(policy.tangent',
    to: 'tf.add<tf.Tensor2D>(policy.tangent',
  },
  { what: 'the sign of the twin', file: 'losses/norm.ts', from: 'tf.mul(share, 2)', to: 'tf.mul(share, -2)' },
  { what: 'the factor 2 of the square', file: 'losses/norm.ts', from: 'tf.mul(share, 2)', to: 'share' },
  {
    what: 'the sign of log-softmax’s curvature',
    file: 'log-softmax.ts',
    from: 'tf.sub(mean(t), t)',
    to: 'tf.sub(t, mean(t))',
  },
  {
    what: 'log-softmax’s Jacobian for its transpose',
    file: 'log-softmax.ts',
    from: 'tf.sub<tf.Tensor2D>(v, tf.mul(probs, total(v)))',
    to: 'tf.sub<tf.Tensor2D>(v, mean(v))',
  },
  {
    what: 'a ReLU whose cotangent is not masked',
    file: 'layers/relu.ts',
    from: 'cotangent: masked',
    to: 'cotangent: (c) => c',
  },
  { what: 'a ReLU whose mask is inverted', file: 'layers/relu.ts', from: 'tf.sign(y)', to: 'tf.sub(1, tf.sign(y))' },
  {
    what: 'a transposed convolution whose filter is not turned',
    file: 'layers/convolution.ts',
    from: 'tf.reverse(blockedFilter(filter, stride), [0, 1])',
    to: 'blockedFilter(filter, stride)',
  },
  {
    what: 'a twin gradient with the cotangent of the wrong layer',
    file: 'network.ts',
    from: 'c[l + 1]!',
    to: 'c[Math.min(l + 2, points.length)]!',
  },
  {
    what: 'a bias in the tangent',
    file: 'layers/dense.ts',
    from: 'tangent: (t) => tf.matMul(t, weight)',
    to: 'tangent: (t) => tf.add(tf.matMul(t, weight), bias)',
  },
  { what: 'KL the other way round', file: 'losses/kl.ts', from: 'tf.sub(logT, logS)', to: 'tf.sub(logS, logT)' },
  {
    what: 'a KL gradient that forgets the temperature',
    file: 'losses/kl.ts',
    from: 'temperature * batch',
    to: 'batch',
  },
  {
    what: 'space-to-depth with its axes swapped',
    file: 'layers/space-to-depth.ts',
    from: '[batch, rows, columns, block * block * channels]',
    to: '[batch, columns, rows, block * block * channels]',
  },
  { what: 'Adam without bias correction', file: 'optimizers/adam.ts', from: '(1 - beta1 ** step)', to: '1' },
];

const directory = mkdtempSync(join(tmpdir(), 'mutants-'));
for (const part of ['libs', 'test', 'package.json', 'tsconfig.json'])
  cpSync(part, join(directory, part), { recursive: true });
symlinkSync(join(process.cwd(), 'node_modules'), join(directory, 'node_modules'));
process.chdir(directory);

if (!(await passes({ what: 'nothing', file: 'step.ts', from: '', to: '' })))
  throw new Error('the tests fail without a fault');
let escaped = 0;
for (const fault of FAULTS) {
  const caught = !(await passes(fault));
  if (!caught) escaped += 1;
  process.stdout.write(`${caught ? 'caught ' : 'ESCAPED'}  ${fault.what}\n`);
}
rmSync(directory, { recursive: true });
process.stdout.write(`${FAULTS.length - escaped} of ${FAULTS.length} faults caught\n`);
process.exit(escaped === 0 ? 0 : 1);

/** Whether the tests pass with the fault in the code. */
async function passes({ file, from, to }: Fault): Promise<boolean> {
  const path = join(directory, 'libs/sobolev/src', file);
  const sound = readFileSync(path, 'utf8');
  if (!sound.includes(from)) throw new Error(`${file} has no '${from}'`);
  writeFileSync(
    path,
    sound.replace(from, () => to),
  );
  try {
    const vitest = await startVitest('test', ['libs/sobolev'], {
      root: directory,
      config: false,
      watch: false,
      bail: 1,
      // The engine that is everywhere: a fault in the mathematics is one on any.
      provide: { engines: ['wasm'] },
      reporters: [{}],
    });
    const isSound =
      vitest.state.getCountOfFailedTests() === 0 &&
      vitest.state.getFiles().every(({ result }) => result?.state === 'pass');
    await vitest.close();
    return isSound;
  } finally {
    writeFileSync(path, sound);
  }
}
