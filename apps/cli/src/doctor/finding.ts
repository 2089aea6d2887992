/** What one look at one thing has found. */
export interface Finding {
  what: string;
  state: 'ok' | 'missing' | 'failed';
  detail: string;
  /** What to do about it. */
  mend?: string;
}

/** One line each, and a second one where something is to be done. */
export function describeFindings(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ what }) => what.length));
  return findings.flatMap(({ what, state, detail, mend }) => [
    `${state.padEnd('missing'.length)}  ${what.padEnd(width)}  ${detail}`,
    ...(mend === undefined ? [] : [`${' '.repeat('missing'.length + width + 4)}→ ${mend}`]),
  ]);
}
