import { type Arcade, openArcade } from '@distiller/arcade';
import { ObservationContract } from '@distiller/distillation/spec';
import { expect, test } from 'vitest';
import { arcadeOptions } from '../../../../libs/distillation/src/arcade-options.ts';
import { readActions } from './actions.ts';
import { LIBRARIES } from './libraries.ts';

test.each(Object.entries(LIBRARIES))('%s: the contract states every field there is, none by default', (_, contract) => {
  const full = { ...contract, game: 'pong' };
  expect(ObservationContract.parse(full)).toEqual(full);
});

test.each(['breakout', 'pong', 'space_invaders'])(
  '%s: the actions are those of the emulator, in its order',
  async (game) => {
    const contract = ObservationContract.parse({ ...LIBRARIES.gymnasium, game });
    const arcade: Arcade = await openArcade({ ...arcadeOptions(contract), numEnvs: 1, seed: 1 });
    const { actions } = arcade;
    await arcade.close();
    expect(readActions(undefined, contract)).toEqual(actions);
  },
);

test('where the whole set is played, or the game is another, nothing is taken for granted', () => {
  expect(() => readActions(undefined, { game: 'breakout', action_set: 'full' })).toThrow('--actions');
  expect(() => readActions(undefined, { game: 'seaquest' })).toThrow('--actions');
  expect(readActions('noop, fire', { game: 'seaquest' })).toEqual(['NOOP', 'FIRE']);
});
