import { type ArcadeOptions } from '@distiller/arcade';
import { type ObservationContract } from './spec/index.ts';

/** What an emulator has to know of a contract: all but how a network is fed. */
export function arcadeOptions(contract: ObservationContract): Omit<ArcadeOptions, 'numEnvs' | 'seed'> {
  return {
    game: contract.game,
    frameSkip: contract.frame_skip,
    maxPoolLast: contract.max_pool_last,
    maxPoolOf: contract.max_pool_of,
    grey: contract.grey,
    crop: contract.crop,
    resize: contract.resize,
    stack: contract.stack,
    stackPadding: contract.stack_padding,
    height: contract.height,
    width: contract.width,
    noopMax: contract.noop_max,
    fireReset: contract.fire_reset,
    lifeLoss: contract.life_loss,
    stickyActionProbability: contract.sticky_action_probability,
    actionSet: contract.action_set,
  };
}
