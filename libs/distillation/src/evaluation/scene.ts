import { type Policy } from '@distiller/policies';
import { loadPolicy, type RegisteredTeacher } from '../load-policy.ts';
import { arcadeOptions } from '../arcade-options.ts';
import { type EvaluationSpec } from '../spec/index.ts';
import { type Duel } from './duel.ts';
import { type PlayPlan } from './play-plan.ts';
import { type Player, policyPlayer, randomPlayer } from './player.ts';
import { planEpisodes } from './rounds.ts';

/** Probability of a repeated action in Machado et al. 2018, "Revisiting the Arcade Learning Environment". */
const STICKY = 0.25;

/** Seconds of play from which frames are taken where there is neither a video nor held-out frames. */
const LOOK_SECONDS = 60;

/** Who is compared, and in which games. */
export interface Scene {
  /** With their weights in the engine, which whoever set the scene disposes. */
  policies: { teacher: Policy; student: Policy };
  players: { teacher: Player; student: Player };
  playing: PlayPlan;
  /** The game that the video shows. */
  duel: Duel;
}

/** Both play under the teacher's contract, but for sticky actions, which the spec decides. */
export function setScene(
  spec: EvaluationSpec,
  { teacher, student }: { teacher: RegisteredTeacher; student: RegisteredTeacher },
): Scene {
  const { observation: contract, actions } = teacher;
  const policies = { teacher: loadPolicy(teacher), student: loadPolicy(student) };
  const seen = { contract, acting: spec.acting };
  const players = {
    teacher: policyPlayer('teacher', policies.teacher, seen),
    student: policyPlayer('student', policies.student, seen),
  };
  const baseline = spec.random_baseline ? [randomPlayer(actions.length, contract)] : [];
  const stickiness = { off: [0], on: [STICKY], both: [0, STICKY] }[spec.sticky_actions];
  const game = { ...arcadeOptions(contract), maxEpisodeFrames: spec.max_episode_frames };
  const { seed, seconds } = spec.video || { seed: spec.seed, seconds: LOOK_SECONDS };
  return {
    policies,
    players,
    playing: {
      players: [...Object.values(players), ...baseline],
      stickiness,
      plan: planEpisodes(spec.seed, spec.episodes),
      game,
    },
    duel: { game: { ...game, seed, stickyActionProbability: stickiness[0]! }, actions, seconds },
  };
}
