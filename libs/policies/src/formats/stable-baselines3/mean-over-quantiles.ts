import { FormatError } from '../imported.ts';
import { type Module } from '../torch/modules.ts';
import { type StateTensor } from '../torch/state-tensor.ts';

/**
 * The last layer of a quantile network, [quantiles × actions, inputs] with unit q·actions + a the q-th quantile of action a
 * (sb3-contrib's `view(-1, n_quantiles, n_actions)`), as a layer [actions, inputs] of the means over the quantiles: a mean
 * of linear maps is the linear map of the means. Dabney et al. 2018: Q(s, a) = Σ_q θ_q(s, a) / N.
 * @throws FormatError where the units are no multiple of the actions
 */
export function meanOverQuantiles({ name, weight, bias }: Module, actions: number): Module {
  const units = weight.shape[0] ?? 0;
  if (units === 0 || units % actions)
    throw new FormatError(
      weight.name,
      `${units} outputs of the quantile network are no multiple of ${actions} actions`,
    );
  return { name, weight: meanOfRows(weight, actions), ...(bias && { bias: meanOfRows(bias, actions) }) };
}

function meanOfRows(tensor: StateTensor, actions: number): StateTensor {
  const [units = 0, ...rest] = tensor.shape;
  const quantiles = units / actions;
  const read = async () => {
    const numbers = await tensor.read();
    const means = new Float64Array(numbers.length / quantiles);
    for (const [index, value] of numbers.entries()) means[index % means.length]! += value / quantiles;
    return Float32Array.from(means);
  };
  return { ...tensor, shape: [actions, ...rest], read };
}
