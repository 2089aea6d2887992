import { useLocation } from 'wouter';
import { formatValue } from '../charts/format.ts';
import { type JobRow } from '../jobs/use-summaries.ts';
import { useAddress } from '../shell/use-address.ts';

const [WIDTH, HEIGHT] = [760, 320];
const MARGIN = { left: 64, right: 20, top: 14, bottom: 40 };
/** More points than this are a cloud, and their table is the table of jobs. */
const MAX_POINTS = 500;

interface Dot {
  job: JobRow;
  x: number;
  y: number;
  isBest: boolean;
}

/** How good the students are for what they cost: what no other beats in both is outlined and joined. */
export function FidelityPlot({ jobs }: { jobs: readonly JobRow[] }) {
  const address = useAddress();
  const cost = address.get('cost') === 'flops' ? 'flops' : 'parameter_count';
  const fidelity = address.get('fidelity') === 'return_ratio' ? 'return_ratio' : 'kl';
  const dots = dotsOf(jobs, cost, fidelity);
  return (
    <section className="card" aria-labelledby="fidelity-title">
      <h2 id="fidelity-title">Fidelity against cost</h2>
      <div className="controls">
        <label>
          Cost
          <select value={cost} onChange={(event) => address.set({ cost: event.target.value })}>
            <option value="parameter_count">parameters</option>
            <option value="flops">FLOPs of a forward pass</option>
          </select>
        </label>
        <label>
          Fidelity
          <select value={fidelity} onChange={(event) => address.set({ fidelity: event.target.value })}>
            <option value="kl">kl, lower is better</option>
            <option value="return_ratio">return_ratio, higher is better</option>
          </select>
        </label>
      </div>
      {dots.length === 0 ? (
        <p className="placeholder">No job has both a student's size and {fidelity} yet.</p>
      ) : (
        <Scatter dots={dots} cost={cost} fidelity={fidelity} />
      )}
    </section>
  );
}

function Scatter({ dots, cost, fidelity }: { dots: readonly Dot[]; cost: string; fidelity: string }) {
  const [, navigate] = useLocation();
  const x = scale(
    dots.map((dot) => dot.x),
    [MARGIN.left, WIDTH - MARGIN.right],
  );
  const y = scale(
    dots.map((dot) => dot.y),
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const front = dots.filter(({ isBest }) => isBest).sort((a, b) => a.x - b.x);
  const best = front.map(({ job, x: size, y: value }) => `${job.id}: ${formatValue(value)} at ${formatValue(size)}`);
  return (
    <>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Fidelity against cost, drawing">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          className="scatter"
          role="img"
          aria-label={`${dots.length} jobs: ${fidelity} against ${cost}. None beats ${best.slice(0, 8).join('; ')}.`}
        >
          <Axes x={x} y={y} titles={[cost === 'flops' ? 'FLOPs' : 'parameters', fidelity]} />
          <polyline points={front.map((dot) => `${x.at(dot.x)},${y.at(dot.y)}`).join(' ')} className="front" />
          {dots.map(({ job, x: size, y: value, isBest }) => (
            <circle
              key={job.id}
              cx={x.at(size)}
              cy={y.at(value)}
              r={isBest ? 6 : 4}
              className={isBest ? 'dot best' : 'dot'}
              onClick={() => navigate(`/jobs/${job.id}`)}
            >
              <title>{`${job.id} ${job.loss ?? ''}: ${fidelity} ${formatValue(value)}, ${size.toLocaleString('en')}`}</title>
            </circle>
          ))}
        </svg>
      </div>
      <p className="summary">None is both cheaper and better than {best.slice(0, 5).join('; ')}.</p>
    </>
  );
}

interface Scale {
  at: (value: number) => number;
  ticks: number[];
  ends: [number, number];
}

function Axes({ x, y, titles: [below, beside] }: { x: Scale; y: Scale; titles: [string, string] }) {
  return (
    <g className="axes">
      {y.ticks.map((tick) => (
        <g key={tick} transform={`translate(0 ${y.at(tick)})`}>
          <line x1={MARGIN.left} x2={WIDTH - MARGIN.right} />
          <text x={MARGIN.left - 8} y="4" textAnchor="end">
            {formatValue(tick)}
          </text>
        </g>
      ))}
      {x.ticks.map((tick) => (
        <text key={tick} x={x.at(tick)} y={HEIGHT - MARGIN.bottom + 16} textAnchor="middle">
          {Intl.NumberFormat('en', { notation: 'compact' }).format(tick)}
        </text>
      ))}
      <text x={(WIDTH + MARGIN.left) / 2} y={HEIGHT - 6} textAnchor="middle">
        {below}
      </text>
      <text transform={`translate(14 ${HEIGHT / 2}) rotate(-90)`} textAnchor="middle">
        {beside}
      </text>
    </g>
  );
}

/** Logarithmic where the values are positive and span more than a factor of ten. */
function scale(values: readonly number[], ends: [number, number]): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const isLog = least > 0 && most / least > 10;
  const by = (value: number) => (isLog ? Math.log10(value) : value);
  const pad = (by(most) - by(least)) * 0.08 || Math.abs(by(most)) * 0.1 || 1;
  const [low, high] = [by(least) - pad, by(most) + pad];
  const ticks = [0.1, 0.37, 0.63, 0.9].map((share) => low + share * (high - low));
  return {
    ends,
    at: (value) => ends[0] + ((by(value) - low) / (high - low)) * (ends[1] - ends[0]),
    ticks: ticks.map((tick) => Number((isLog ? 10 ** tick : tick).toPrecision(2))),
  };
}

function dotsOf(jobs: readonly JobRow[], cost: 'flops' | 'parameter_count', fidelity: 'kl' | 'return_ratio'): Dot[] {
  const end = fidelity === 'kl' ? 'min' : 'max';
  const dots = jobs.slice(0, MAX_POINTS).flatMap((job) => {
    const [x, y] = [job[cost], job.metrics[fidelity]?.[end]];
    return x === null || y === null || y === undefined ? [] : [{ job, x, y }];
  });
  const beats = (one: { x: number; y: number }, other: { x: number; y: number }) => {
    const better = fidelity === 'kl' ? one.y <= other.y : one.y >= other.y;
    return one.x <= other.x && better && (one.x !== other.x || one.y !== other.y);
  };
  return dots.map((dot) => ({ ...dot, isBest: !dots.some((other) => beats(other, dot)) }));
}
