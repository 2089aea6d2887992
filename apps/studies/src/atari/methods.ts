const KL = { kind: 'kl', temperature: 1 };
const NONE = { kind: 'none' };
/** Where the first-order term is about as large as the value term; on Breakout 0.03 and 0.1 were far worse, 0.003 was as without. */
const NOISE = [{ kind: 'noise', std: 0.01 }];
/** λ uniform, as in function matching (Beyer et al. 2022). */
const MIXUP = [{ kind: 'mixup', alpha: 1 }];
const VJP = { kind: 'vjp', weight: { kind: 'balanced', alpha: 0.1 } };
const JVP = { kind: 'jvp', directions: 'frame-difference', weight: { kind: 'relative', alpha: 1 } };

/** Losses as a job states them: the baselines, then those with derivatives. */
export const METHODS = {
  kl: { value: KL, derivative: NONE },
  'kl-tau': { value: { ...KL, temperature: 0.5 }, derivative: NONE },
  noise: { value: KL, derivative: NONE, augmentation: NOISE },
  mixup: { value: KL, derivative: NONE, augmentation: MIXUP },
  'vjp-balanced': { value: KL, derivative: VJP },
  'vjp-stored': { value: KL, derivative: VJP },
  exact: { value: KL, derivative: { ...VJP, projections: 18 } },
  jvp: { value: KL, derivative: JVP },
  'noise-vjp': { value: KL, derivative: VJP, augmentation: NOISE },
} as const;

export type Method = keyof typeof METHODS;
export const METHOD_NAMES = Object.keys(METHODS) as Method[];
/** Those that read what the teacher says from a file; all others ask it in every step. */
export const STORED: readonly Method[] = ['vjp-stored'];
/** Those without derivatives. */
export const BASELINES: readonly Method[] = ['kl', 'kl-tau', 'noise', 'mixup'];
export const DERIVED: readonly Method[] = METHOD_NAMES.filter((method) => !BASELINES.includes(method));
