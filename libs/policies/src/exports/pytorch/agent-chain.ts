import { type LayerRow } from '../../description/layer-table.ts';
import { ExportError } from '../export-error.ts';

/** The parts of an actor-critic agent's network: convolutions with ReLU, flatten, dense layers with ReLU, logits. */
export interface AgentChain {
  /** Up to flatten, and with it. */
  convolutions: readonly LayerRow[];
  hidden: readonly LayerRow[];
  logits: LayerRow;
}

/**
 * The policy as the agents of CleanRL and Stable-Baselines3 are built.
 * @param kind the export that asks
 * @throws ExportError naming the first layer that those agents have not
 */
export function agentChain(kind: string, rows: readonly LayerRow[]): AgentChain {
  const flatten = rows.findIndex(({ spec }) => spec.kind === 'flatten');
  const convolutions = rows.slice(0, flatten + 1);
  const hidden = rows.slice(flatten + 1, -1);
  const stranger = strangers(convolutions.slice(0, -1), 'conv')[0] ?? strangers(hidden, 'dense')[0];
  if (stranger) throw new ExportError(kind, refusal(stranger));
  if (!hidden.length) throw new ExportError(kind, `${AGENTS}; this policy has no hidden dense layer`);
  return { convolutions, hidden, logits: rows.at(-1)! };
}

const AGENTS =
  'the agent has convolutions without padding, flatten and dense layers, each but the last with a ReLU after it';

const refusal = ({ name }: LayerRow) =>
  `${AGENTS}; layer '${name}' does not fit there (format 'pytorch' takes every layer)`;

/** Layers that break the alternation of `kind` and ReLU. */
function strangers(rows: readonly LayerRow[], kind: 'conv' | 'dense'): LayerRow[] {
  const fits = ({ spec }: LayerRow, index: number) =>
    index % 2 === 1 ? spec.kind === 'relu' : spec.kind === kind && !padded(spec);
  const wrong = rows.filter((row, index) => !fits(row, index));
  // A last layer without its ReLU.
  return wrong.length || rows.length % 2 === 0 ? wrong : rows.slice(-1);
}

function padded(spec: LayerRow['spec']): boolean {
  return spec.kind === 'conv' && spec.padding !== 'valid' && spec.padding !== 0 && spec.kernel > 1;
}
