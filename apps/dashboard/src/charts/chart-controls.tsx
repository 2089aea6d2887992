import { type Address, useAddress } from '../shell/use-address.ts';
import { type XAxis } from './line.ts';

export interface ChartSettings {
  smoothing: number;
  axis: XAxis;
  /** Undefined: each quantity as it is usually looked at. */
  scale: 'log' | 'linear' | undefined;
  address: Address;
}

const AXES: XAxis[] = ['step', 'relative', 'wall'];

/** How all charts of a page are drawn, read from the address. */
export function useChartSettings(): ChartSettings {
  const address = useAddress();
  const smoothing = Number(address.get('smooth') ?? 0);
  const scale = address.get('scale');
  return {
    smoothing: smoothing > 0 && smoothing < 1 ? smoothing : 0,
    axis: AXES.find((axis) => axis === address.get('x')) ?? 'step',
    scale: scale === 'log' || scale === 'linear' ? scale : undefined,
    address,
  };
}

export function ChartControls({ settings: { smoothing, axis, scale, address } }: { settings: ChartSettings }) {
  return (
    <div className="controls">
      <label>
        Smoothing
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          value={smoothing}
          onChange={(event) => address.set({ smooth: event.target.value === '0' ? null : event.target.value })}
        />
        <output>{smoothing.toFixed(2)}</output>
      </label>
      <label>
        X axis
        <select value={axis} onChange={(event) => address.set({ x: omit(event.target.value, 'step') })}>
          <option value="step">step</option>
          <option value="relative">relative time</option>
          <option value="wall">wall clock</option>
        </select>
      </label>
      <label>
        Y axis
        <select
          value={scale ?? 'usual'}
          onChange={(event) => address.set({ scale: omit(event.target.value, 'usual') })}
        >
          <option value="usual">as usual</option>
          <option value="log">logarithmic</option>
          <option value="linear">linear</option>
        </select>
      </label>
    </div>
  );
}

const omit = (value: string, usual: string): string | null => (value === usual ? null : value);
