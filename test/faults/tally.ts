/** What a scenario did and saw, in counts. A check that fails is kept, and the scenario goes on: one run shows all. */
export interface Tally {
  /** Harm that was done. */
  did(what: string, times?: number): void;
  /** A fact that must hold. @param detail what was seen instead */
  check(fact: string, holds: boolean, detail?: unknown): void;
  /** A number worth knowing that decides nothing. */
  measured(what: string, value: number | string): void;
  readonly result: TallyResult;
}

export interface TallyResult {
  done: Record<string, number>;
  checks: Record<string, { passed: number; failed: number }>;
  figures: Record<string, number | string>;
  /** What failed, in words: the first of each kind. */
  failures: string[];
}

const DETAIL_CHARACTERS = 600;

export function createTally(say: (text: string) => void): Tally {
  const result: TallyResult = { done: {}, checks: {}, figures: {}, failures: [] };
  return {
    result,
    did: (what, times = 1) => {
      result.done[what] = (result.done[what] ?? 0) + times;
    },
    check: (fact, holds, detail) => {
      const counts = (result.checks[fact] ??= { passed: 0, failed: 0 });
      if (holds) counts.passed++;
      else if (counts.failed++ === 0) {
        const failure = detail === undefined ? fact : `${fact}: ${inWords(detail)}`;
        result.failures.push(failure);
        say(`  NOT SO  ${failure}`);
      }
    },
    measured: (what, value) => {
      result.figures[what] = value;
    },
  };
}

function inWords(detail: unknown): string {
  const text = typeof detail === 'string' ? detail : JSON.stringify(detail);
  return text.length > DETAIL_CHARACTERS ? `${text.slice(0, DETAIL_CHARACTERS)} …` : text;
}
