import { type LayerRow } from '../description/layer-table.ts';
import { type CardFacts, type Source } from './card-facts.ts';
import { cardMarkdown } from './card-markdown.ts';

/** The card for programs: the same facts under the names of the wire. */
export type CardJson = ReturnType<typeof cardJson>;

/**
 * The model card of a student: where it comes from, what it sees, what it is made of, how good it is known to be, and its
 * files. A function of the facts alone: the same facts give the same text.
 */
export function modelCard(facts: CardFacts): { json: CardJson; markdown: string } {
  return { json: cardJson(facts), markdown: cardMarkdown(facts) };
}

function cardJson({ name, loss, lineage, contract, contractHash, actions, layers, metrics, exports }: CardFacts) {
  const { teacher, rollouts, labels, job, seed, versions } = lineage;
  return {
    name,
    loss,
    lineage: {
      teacher: source(teacher),
      rollouts: source(rollouts),
      labels: labels ? source(labels) : null,
      job: { id: job.id, spec_sha256: job.specSha256, steps: job.steps },
      seed,
      versions: { ...versions },
    },
    observation: { ...contract },
    contract_hash: contractHash,
    actions: [...actions],
    parameters: layers.parameters,
    flops: layers.flops,
    layers: layers.rows.map(layer),
    metrics: metrics.map((metric) => ({
      name: metric.name,
      value: metric.value,
      interval: metric.interval ? [...metric.interval] : null,
      over: metric.over ?? null,
    })),
    exports: exports.map(({ kind, file, bytes, sha256, difference }) => ({ kind, file, bytes, sha256, difference })),
  };
}

function source({ name, sha256, detail }: Source) {
  return { name, sha256, detail: detail ?? null };
}

function layer({ name, spec, outputShape, parameters, flops }: LayerRow) {
  return { name, spec, output_shape: outputShape, parameters, flops };
}
