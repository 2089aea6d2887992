import { type RecordingGoal } from '@distiller/arcade';

/** Which episodes a recording consists of: 0, 1, 2 … until its goal is reached, whichever of them end first. */
export interface RecordingPlan {
  /** The next to begin: not one that is whole already, and none that is surely not wanted. */
  next(): number | undefined;
  /** The number of the first episode that is surely not wanted: those before it reach the goal. Infinity while there is none. */
  end(): number;
  /** One more step of an episode was played. */
  played(episode: number): void;
  finished(episode: number, frames: number): void;
  /** The episodes of the finished recording; undefined while there are some to be played. */
  complete(): number[] | undefined;
  /** Frames of wanted episodes so far, and of the whole recording as far as that can be told. */
  progress(): { frames: number; expected: number | null };
}

/** @param whole frames of the episodes that an interrupted recording left */
export function createRecordingPlan(goal: RecordingGoal, whole: ReadonlyMap<number, number>): RecordingPlan {
  /** Frames of each episode so far. */
  const frames = new Map(whole);
  const done = new Set(whole.keys());
  /** The leading episodes that are done, up to the goal, and their frames. */
  const lead = { episodes: 0, frames: 0 };
  let begun = 0;

  const reaches = (episodes: number, sum: number) =>
    'episodes' in goal ? episodes >= goal.episodes : sum >= goal.minFrames;
  const advance = () => {
    while (done.has(lead.episodes) && !reaches(lead.episodes, lead.frames)) {
      lead.frames += frames.get(lead.episodes)!;
      lead.episodes += 1;
    }
  };
  /** What is being played has its frames so far at least. */
  const end = () => {
    let [episode, sum] = [lead.episodes, lead.frames];
    while (!reaches(episode, sum)) {
      if (episode >= begun && !done.has(episode)) return Infinity;
      sum += frames.get(episode++) ?? 0;
    }
    return episode;
  };
  advance();

  return {
    next() {
      while (done.has(begun)) begun += 1;
      return begun < end() ? begun++ : undefined;
    },
    end,
    played: (episode) => void frames.set(episode, (frames.get(episode) ?? 0) + 1),
    finished(episode, count) {
      frames.set(episode, count);
      done.add(episode);
      advance();
    },
    complete: () =>
      reaches(lead.episodes, lead.frames) ? Array.from({ length: lead.episodes }, (_, episode) => episode) : undefined,
    progress() {
      const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + frames.get(number)!, 0);
      const last = end();
      const expected =
        'minFrames' in goal ? goal.minFrames : done.size > 0 ? (goal.episodes * sum(done)) / done.size : null;
      return { frames: sum([...frames.keys()].filter((number) => number < last)), expected };
    },
  };
}
