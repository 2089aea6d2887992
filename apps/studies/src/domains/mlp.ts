import { dense, type Network, relu } from '@distiller/sobolev';

/** Dense layers with ReLUs between. */
export function mlp(inputs: number, hidden: readonly number[], outputs: number): Network {
  const widths = [inputs, ...hidden];
  const layers = hidden.flatMap((units, index) => [
    dense({ name: `dense${index + 1}`, inputs: widths[index]!, units }),
    relu({ name: `relu${index + 1}`, inputShape: [units] }),
  ]);
  return {
    inputShape: [inputs],
    layers: [...layers, dense({ name: 'output', inputs: widths.at(-1)!, units: outputs })],
  };
}
