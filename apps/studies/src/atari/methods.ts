const KL = { kind: 'kl', temperature: 1 };
const NONE = { kind: 'none' };
const NOISE = [{ kind: 'noise', std: 0.1 }];
/** λ uniform, as in function matching (Beyer et al. 2022). */
const MIXUP = [{ kind: 'mixup', alpha: 1 }];
const relative = (alpha: number) => ({ kind: 'relative', alpha });
const BALANCED = { kind: 'balanced', alpha: 0.1 };
const FRAME_DIFFERENCES = { kind: 'jvp', directions: 'frame-difference' };

/** Losses as a job states them: the baselines, then those with derivatives. */
export const METHODS = {
  kl: { value: KL, derivative: NONE },
  'kl-tau': { value: { ...KL, temperature: 0.5 }, derivative: NONE },
  noise: { value: KL, derivative: NONE, augmentation: NOISE },
  mixup: { value: KL, derivative: NONE, augmentation: MIXUP },
  vjp: { value: KL, derivative: { kind: 'vjp', weight: relative(1) } },
  'vjp-balanced': { value: KL, derivative: { kind: 'vjp', weight: BALANCED } },
  exact: { value: KL, derivative: { kind: 'vjp', projections: 18, weight: BALANCED } },
  jvp: { value: KL, derivative: { ...FRAME_DIFFERENCES, weight: relative(1) } },
  'noise-jvp': { value: KL, derivative: { ...FRAME_DIFFERENCES, weight: relative(0.1) }, augmentation: NOISE },
  'noise-vjp': { value: KL, derivative: { kind: 'vjp', weight: BALANCED }, augmentation: NOISE },
} as const;

export type Method = keyof typeof METHODS;
export const METHOD_NAMES = Object.keys(METHODS) as Method[];
/** Those without derivatives. */
export const BASELINES: readonly Method[] = ['kl', 'kl-tau', 'noise', 'mixup'];
export const DERIVED: readonly Method[] = METHOD_NAMES.filter((method) => !BASELINES.includes(method));
