import { packedZeros } from '../parameters.ts';
import { type AdamOptions, adamUpdate, type AdamWOptions, adamWUpdate } from './adam.ts';
import { type RmsPropOptions, rmsPropUpdate } from './rmsprop.ts';
import { type SgdOptions, sgdUpdate } from './sgd.ts';
import { type OptimizerState, type Update, type Updated } from './update.ts';

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

export function optimizerUpdate(optimizer: Optimizer, update: Update): Updated {
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
