import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findArcadePython, runPython } from '../../../test/python.ts';

const python = await findArcadePython();
const LIBRARY = fileURLToPath(new URL('../python', import.meta.url));

/** Plays a contract in both ways with the same seeds and actions; prints the step at which they first differ. */
const COMPARE = `
import json, sys
import numpy
sys.path.insert(0, sys.argv[1])
from observed_games import ObservedGames
from vector_games import VectorGames

def compare(contract, steps, max_episode_frames=108_000, seeds=(3, 4), waiting=()):
    both = [kind(contract, len(seeds), max_episode_frames) for kind in (VectorGames, ObservedGames)]
    seen = [games.reset(list(range(len(seeds))), list(seeds)) for games in both]
    actions = numpy.random.RandomState(1)
    ends = 0
    for step in range(steps):
        waits = numpy.array([game in waiting and 20 <= step < 60 for game in range(len(seeds))])
        if waiting and step == 60:
            seen = [games.reset(list(waiting), [50 + game for game in waiting]) for games in both]
        if not numpy.array_equal(*(frames.reshape(len(seeds), -1)[~waits] for frames in seen)):
            return {"pixels differ at": step}
        chosen = actions.randint(0, len(both[0].actions), len(seeds)).astype(numpy.int32)
        outcomes = [games.step(chosen, waits) for games in both]
        if any(list(a) != list(b) for a, b in zip(outcomes[0][1:], outcomes[1][1:])):
            return {"outcomes differ at": step}
        seen = [frames for frames, *_ in outcomes]
        ended = numpy.flatnonzero(outcomes[0][2] | outcomes[0][3]).tolist()
        if ended:
            # By turns from where the generator is and from a new seed.
            ends += len(ended)
            again = [-1 if ends % 2 else 100 + ends] * len(ended)
            seen = [games.reset(ended, again) for games in both]
    return {"ended": ends > 0, "same actions": both[0].actions == both[1].actions}

print(json.dumps([compare(**case) for case in json.loads(sys.argv[2])]))`;

const contract = (changes: object) => ({
  game: 'breakout',
  frame_skip: 4,
  max_pool_last: 2,
  max_pool_of: 'grey',
  grey: 'ale',
  crop: null,
  resize: 'area',
  height: 84,
  width: 84,
  noop_max: 30,
  fire_reset: true,
  life_loss: 'continue',
  sticky_action_probability: 0.25,
  action_set: 'minimal',
  ...changes,
});

test.runIf(python)('what ale-py’s vector environment plays, single emulators play byte for byte', async () => {
  const unpooled = { game: 'pong', frame_skip: 3, max_pool_last: 1, sticky_action_probability: 0, action_set: 'full' };
  const cases = [
    { contract: contract({}), steps: 350 },
    // Some of those that play together wait, and all of others, until they start anew.
    { contract: contract({}), steps: 350, seeds: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12], waiting: [1, 8, 9] },
    { contract: contract({ ...unpooled, height: 42, width: 50, noop_max: 0 }), steps: 200, max_episode_frames: 450 },
    {
      contract: contract({ game: 'seaquest', frame_skip: 1, fire_reset: false, height: 210, width: 160 }),
      steps: 300,
      max_episode_frames: 250,
    },
    // Of another screen size and palette.
    { contract: contract({ game: 'air_raid', frame_skip: 2 }), steps: 250, max_episode_frames: 400 },
  ];
  const same = { ended: true, 'same actions': true };
  expect(JSON.parse(await runPython(python!, COMPARE, LIBRARY, JSON.stringify(cases)))).toEqual([
    same,
    same,
    same,
    same,
    same,
  ]);
});
