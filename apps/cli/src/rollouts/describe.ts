import { type Rollouts } from '@distiller/client';

export function describeRollouts({
  name,
  id,
  observation,
  frames,
  episodes,
  mean_return: mean,
  contract_hash: hash,
}: Rollouts): string[] {
  return [
    `${name} (${id})`,
    `${frames} frames in ${episodes} episodes of ${observation.game}, mean return ${mean}, contract ${hash.slice(0, 12)}`,
  ];
}
