import { type Network, type Optimizer, type Schedule, type StepOptions, type Weighting } from '@distiller/sobolev';
import { type DerivativeTerm, type DistillationSpec, type OptimizerSpec } from './spec/index.ts';

/** The spec of a job in the words of the engine. */
export function stepOptions({ loss, optimizer, steps }: DistillationSpec, network: Network): StepOptions {
  return {
    network,
    value: loss.value,
    ...toDerivative(loss.derivative, steps),
    optimizer: toOptimizer(optimizer),
    schedule: toSchedule(optimizer, steps),
    maxGradientNorm: optimizer.max_gradient_norm ?? undefined,
  };
}

function toDerivative(term: DerivativeTerm, totalSteps: number): Pick<StepOptions, 'derivative' | 'weighting'> {
  if (term.kind === 'none') return { weighting: { kind: 'fixed', alpha: 0 } };
  const { norm, of, weight } = term;
  const { kind, final_fraction: finalFraction } = weight.schedule;
  const weighting: Weighting = { kind: weight.kind, alpha: weight.alpha, decay: { kind, finalFraction, totalSteps } };
  return { derivative: { norm, of }, weighting };
}

function toOptimizer(spec: OptimizerSpec): Optimizer {
  switch (spec.kind) {
    case 'adam': {
      const { kind, beta1, beta2, epsilon } = spec;
      return { kind, beta1, beta2, epsilon };
    }
    case 'adamw': {
      const { kind, beta1, beta2, epsilon, weight_decay: weightDecay } = spec;
      return { kind, beta1, beta2, epsilon, weightDecay };
    }
    case 'rmsprop': {
      const { kind, decay, momentum, epsilon } = spec;
      return { kind, decay, momentum, epsilon };
    }
    case 'sgd':
      return { kind: spec.kind, momentum: spec.momentum };
  }
}

function toSchedule({ learning_rate: learningRate, schedule }: OptimizerSpec, totalSteps: number): Schedule {
  const { kind, warmup_steps: warmupSteps, final_fraction: finalFraction } = schedule;
  return { kind, learningRate, warmupSteps, finalFraction, totalSteps };
}
