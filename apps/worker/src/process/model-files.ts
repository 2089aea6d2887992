import { createHash } from 'node:crypto';
import {
  type EvaluationMetrics,
  exportStudent,
  type ExportedStudent,
  modelCard,
  type StudentFiles,
} from '@distiller/distillation';
import { contractHash, lossInWords, resolveTable } from '@distiller/distillation/spec';
import { type ArtifactStore, type NewJobFile } from '@distiller/storage';
import { type DistillationWork } from '../kinds/work.ts';

interface Trained {
  files: StudentFiles;
  metrics: EvaluationMetrics & { return_ratio?: number };
  /** Play that a closed loop has recorded. */
  rounds: readonly { sha256: string }[];
  /** What was computed with. */
  versions: Record<string, string>;
}

const BINARY = 'application/octet-stream';

/** All files of a model: the student, logits to check it against, its exports, each of them run, and its card. */
export async function modelFiles(
  work: DistillationWork,
  trained: Trained,
  store: ArtifactStore,
): Promise<{ files: NewJobFile[]; remarks: string[] }> {
  const { jobId, spec, teacher } = work;
  const put = async (name: string, suffix: string, { mediaType, bytes }: { mediaType: string; bytes: Uint8Array }) => ({
    name,
    filename: jobId + suffix,
    mediaType,
    ...(await store.put(bytes)),
  });
  const exported = await exportStudent(trained.files, { ...teacher, architecture: spec.student });
  const student = await put('student', '.safetensors', { mediaType: BINARY, bytes: trained.files.student });
  const files = [
    student,
    await put('reference', '.reference.safetensors', { mediaType: BINARY, bytes: trained.files.reference }),
  ];
  for (const file of exported.exports) files.push(await put(file.kind, file.suffix, file));
  const { json, markdown } = modelCard(cardFacts(work, trained, { files, exported }));
  const card = { mediaType: 'application/json', bytes: Buffer.from(JSON.stringify(json, null, 2)) };
  files.push(await put('card.json', '.card.json', card));
  files.push(await put('card.md', '.card.md', { mediaType: 'text/markdown', bytes: Buffer.from(markdown) }));
  return { files, remarks: exported.refused.map(({ kind, reason }) => `No ${kind} export: ${reason}`) };
}

function cardFacts(
  { jobId, spec, teacher, rollouts, labels }: DistillationWork,
  { metrics, versions, rounds }: Trained,
  { files, exported }: { files: readonly NewJobFile[]; exported: ExportedStudent },
): Parameters<typeof modelCard>[0] {
  const { observation, actions } = teacher;
  const exports = exported.exports.map(({ kind, difference }) => {
    const { filename: file, bytes, sha256 } = files.find(({ name }) => name === kind)!;
    return { kind, file, bytes, sha256, difference };
  });
  return {
    name: jobId,
    loss: lossInWords(spec.loss),
    lineage: {
      teacher: { name: teacher.name, sha256: teacher.sha256 },
      rollouts: rolloutsSource(spec.rollouts, rollouts?.sha256, rounds),
      ...(labels && { labels: { name: 'labels', sha256: labels.sha256 } }),
      job: { id: jobId, specSha256: sha256Of(JSON.stringify(spec)), steps: spec.steps },
      seed: spec.seed,
      versions,
    },
    contract: Object.fromEntries(Object.entries(observation).map(([name, value]) => [name, plain(value)])),
    contractHash: contractHash(observation),
    actions,
    layers: resolveTable(spec.student, observation, actions.length, '/student'),
    metrics: Object.entries(metrics).flatMap(([name, value]) =>
      Number.isFinite(value) ? [{ name: name as keyof EvaluationMetrics, value, over: overOf(name, spec) }] : [],
    ),
    exports,
  };
}

/** Of a closed loop, the hash is of its rounds' hashes. */
function rolloutsSource(name: string | undefined, sha256: string | undefined, rounds: Trained['rounds']) {
  if (rounds.length === 0) return { name: name ?? '', sha256: sha256 ?? '' };
  const all = [...(sha256 === undefined ? [] : [sha256]), ...rounds.map((round) => round.sha256)];
  const what = `${rounds.length} recorded rounds`;
  return { name: name === undefined ? what : `${name} and ${what}`, sha256: sha256Of(all.join('\n')) };
}

const plain = (value: unknown) =>
  typeof value === 'object' ? JSON.stringify(value) : (value as string | number | boolean);

const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex');

function overOf(name: string, spec: DistillationWork['spec']): string {
  const frames = name === 'jacobian_error' ? spec.jacobian_frames : spec.evaluation_frames;
  return `at most ${frames} held-out frames`;
}
