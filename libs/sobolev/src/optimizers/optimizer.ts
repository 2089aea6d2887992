import { type Packed, packedZeros } from '../parameters.ts';
import { type Scalar } from '@tensorflow/tfjs-core';
import { type AdamOptions, adamNumbers, adamUpdate, type AdamWOptions, adamWNumbers, adamWUpdate } from './adam.ts';
import { type RmsPropOptions, rmsPropUpdate } from './rmsprop.ts';
import { type SgdOptions, sgdUpdate } from './sgd.ts';
import { type Moment, type OptimizerState, type Update, type Updated } from './update.ts';

/** An optimiser with all its settings but the learning rate, which a schedule gives for each step. */
export type Optimizer =
  | ({ kind: 'adam' } & AdamOptions)
  | ({ kind: 'adamw' } & AdamWOptions)
  | ({ kind: 'rmsprop' } & RmsPropOptions)
  | ({ kind: 'sgd' } & SgdOptions);

/** All memories start at zero. @param shapes of the weights */
export function optimizerInit(optimizer: Optimizer, shapes: readonly (readonly number[])[]): OptimizerState {
  return Array.from({ length: memories(optimizer) }, () => packedZeros(shapes));
}

/** What changes from step to step though no gradient does: scalars of `optimizerUpdate`. */
export function optimizerNumbers(optimizer: Optimizer, moment: Moment): number[] {
  switch (optimizer.kind) {
    case 'adam':
      return adamNumbers(optimizer, moment);
    case 'adamw':
      return adamWNumbers(optimizer, moment);
    case 'rmsprop':
    case 'sgd':
      return [moment.learningRate];
  }
}

/** New weights and a new state, piece by piece; nothing given is changed or disposed. @param numbers of this step */
export function optimizerUpdate(
  optimizer: Optimizer,
  { weights, gradient, state, numbers }: Pieces & { numbers: readonly Scalar[] },
): Pick<Pieces, 'weights' | 'state'> {
  const updated = weights.map((weight, piece) =>
    updatePiece(optimizer, {
      numbers,
      weight,
      gradient: gradient[piece]!,
      memory: state.map((memory) => memory[piece]!),
    }),
  );
  return {
    weights: updated.map(({ weight }) => weight),
    state: state.map((_, index) => updated.map(({ memory }) => memory[index]!)),
  };
}

interface Pieces {
  weights: Packed;
  gradient: Packed;
  state: OptimizerState;
}

function updatePiece(optimizer: Optimizer, update: Update): Updated {
  switch (optimizer.kind) {
    case 'adam':
      return adamUpdate(optimizer, update);
    case 'adamw':
      return adamWUpdate(optimizer, update);
    case 'rmsprop':
      return rmsPropUpdate(optimizer, update);
    case 'sgd':
      return sgdUpdate(optimizer, update);
  }
}

function memories(optimizer: Optimizer): number {
  switch (optimizer.kind) {
    case 'adam':
    case 'adamw':
      return 2;
    case 'rmsprop':
      return optimizer.momentum > 0 ? 2 : 1;
    case 'sgd':
      return optimizer.momentum > 0 ? 1 : 0;
  }
}
