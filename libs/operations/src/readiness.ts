/** What must work, by name; each resolves when it does. */
export type Checks<Name extends string = string> = Record<Name, { checkReady(): Promise<void> }>;

export interface Readiness<Name extends string = string> {
  ready: boolean;
  checks: Record<Name, 'ok' | 'failed'>;
}

const CHECK_TIMEOUT_MS = 3_000;

/** Tries everything at once; what has not answered within 3 s has failed. */
export async function checkAll<Name extends string>(
  checks: Checks<Name>,
  onFailure: (name: string, error: unknown) => void,
): Promise<Readiness<Name>> {
  const attempt = async ([name, part]: [string, Checks[string]]) => {
    try {
      await within(part.checkReady(), CHECK_TIMEOUT_MS);
      return [name, 'ok'] as const;
    } catch (error) {
      onFailure(name, error);
      return [name, 'failed'] as const;
    }
  };
  const results = await Promise.all(Object.entries<Checks[string]>(checks).map(attempt));
  const ready = results.every(([, result]) => result === 'ok');
  return { ready, checks: Object.fromEntries(results) as Readiness<Name>['checks'] };
}

async function within(check: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  await Promise.race([check, late]).finally(() => clearTimeout(timer));
}
