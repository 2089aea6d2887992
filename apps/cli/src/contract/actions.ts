import { type ObservationContract } from '@distiller/client';
import { UsageError } from '../failure.ts';
import { say } from '../session.ts';

/** Minimal sets of the paper's three games, in the order in which ale-py gives them to a network. */
const MINIMAL: Record<string, string> = {
  breakout: 'NOOP,FIRE,RIGHT,LEFT',
  pong: 'NOOP,FIRE,RIGHT,LEFT,RIGHTFIRE,LEFTFIRE',
  space_invaders: 'NOOP,FIRE,RIGHT,LEFT,RIGHTFIRE,LEFTFIRE',
};

/** What each logit means: as given, else what is known of the game. @throws UsageError when nothing is */
export function readActions(given: string | undefined, { game, action_set: set }: ObservationContract): string[] {
  if (given !== undefined) return split(given);
  const known = set === 'full' ? undefined : MINIMAL[game];
  if (known === undefined) throw new UsageError(helpWith(game));
  say(`actions: ${known}, the minimal set of ${game}; --actions says otherwise`);
  return split(known);
}

export function split(names: string): string[] {
  return names.split(',').map((name) => name.trim().toUpperCase());
}

function helpWith(game: string): string {
  const examples = Object.entries(MINIMAL).map(([known, actions]) => `  ${known}: ${actions}`);
  return [
    `--actions is needed for ${game}: the meaning of each logit, in order, as env.unwrapped.get_action_meanings() says.`,
    "The minimal sets of the paper's games, for example:",
    ...examples,
  ].join('\n');
}
