import { type Database } from '../database.ts';
import { EVERYBODY, type Owner } from '../owner.ts';

/** A thing that a model comes from; `data` says what is known of it besides. */
interface LineageNode {
  id: string;
  kind: 'model' | 'job' | 'teacher' | 'rollouts' | 'labels';
  name: string | null;
  /** Of its bytes, where it has some. */
  sha256: string | null;
  createdAt: Date;
  data: Record<string, unknown>;
}

/** `from` is what `to` was made by or with. */
interface LineageEdge {
  from: string;
  to: string;
  role: 'made' | 'teacher' | 'rollouts' | 'labels' | 'student' | 'sweep';
}

export interface Lineage {
  nodes: LineageNode[];
  edges: LineageEdge[];
  /** False: there is more, further back. */
  isWhole: boolean;
}

const MAX_NODES = 500;

/** What a node is, and the edges that lead to it. */
type Visit = { node: LineageNode; comesFrom: [string | null, LineageEdge['role']][] };

/** Everything that the model was made of, back to what was uploaded: each thing once, the model first. */
export async function lineageOf(
  database: Database,
  modelId: string,
  { where }: Pick<Owner, 'where'> = EVERYBODY,
): Promise<Lineage> {
  if ((await database.model.count({ where: { id: modelId, ...where } })) === 0)
    return { nodes: [], edges: [], isWhole: true };
  const [nodes, edges, seen]: [LineageNode[], LineageEdge[], Set<string>] = [[], [], new Set([modelId])];
  const waiting = [modelId];
  for (let id = waiting.shift(); id !== undefined && nodes.length < MAX_NODES; id = waiting.shift()) {
    const visit = await visitNode(database, id);
    if (!visit) continue;
    nodes.push(visit.node);
    for (const [from, role] of visit.comesFrom) {
      if (from === null) continue;
      edges.push({ from, to: id, role });
      if (!seen.has(from)) waiting.push(from);
      seen.add(from);
    }
  }
  const known = new Set(nodes.map(({ id }) => id));
  return { nodes, edges: edges.filter(({ from }) => known.has(from)), isWhole: waiting.length === 0 };
}

/** Ids say what they are of. */
function visitNode(database: Database, id: string): Promise<Visit | null> {
  switch (id.split('_')[0]) {
    case 'model':
      return visitModel(database, id);
    case 'job':
      return visitJob(database, id);
    case 'teacher':
      return visitTeacher(database, id);
    case 'rollouts':
      return visitRollouts(database, id);
    default:
      return visitLabels(database, id);
  }
}

async function visitModel(database: Database, id: string): Promise<Visit | null> {
  const include = { name: true, files: { where: { name: 'student' } } };
  const row = await database.model.findUnique({ where: { id }, include });
  if (!row) return null;
  const { version, metrics, contractHash, createdAt, jobId } = row;
  const data = { version, metrics, contract_hash: contractHash, deleted: row.deletedAt !== null };
  const sha256 = row.files[0]?.sha256 ?? null;
  return {
    node: { id, kind: 'model', name: row.name?.name ?? null, sha256, createdAt, data },
    comesFrom: [[jobId, 'made']],
  };
}

async function visitJob(database: Database, id: string): Promise<Visit | null> {
  const row = await database.job.findUnique({ where: { id } });
  if (!row) return null;
  const { createdAt, fileSha256: sha256, teacherId, rolloutsId, labelsId, studentId, parentId } = row;
  const seed = (row.spec as { seed?: unknown }).seed ?? null;
  const data = { kind: row.kind, status: row.status, seed, engine: row.engine, attempt: row.attempt, spec: row.spec };
  return {
    node: { id, kind: 'job', name: null, sha256, createdAt, data },
    comesFrom: [
      [teacherId, 'teacher'],
      [rolloutsId, 'rollouts'],
      [labelsId, 'labels'],
      [studentId, 'student'],
      [parentId, 'sweep'],
    ],
  };
}

async function visitTeacher(database: Database, id: string): Promise<Visit | null> {
  const row = await database.teacher.findUnique({ where: { id } });
  if (!row) return null;
  const { name, weightsSha256: sha256, createdAt, format, sourceSha256, provenance } = row;
  const data = { format, source_sha256: sourceSha256, provenance, contract_hash: row.contractHash };
  return { node: { id, kind: 'teacher', name, sha256, createdAt, data }, comesFrom: [] };
}

async function visitRollouts(database: Database, id: string): Promise<Visit | null> {
  const row = await database.rollouts.findUnique({ where: { id } });
  if (!row) return null;
  const { name, fileSha256: sha256, createdAt, frames, episodes, source, madeById } = row;
  const data = { frames, episodes, source, contract_hash: row.contractHash };
  return { node: { id, kind: 'rollouts', name, sha256, createdAt, data }, comesFrom: [[madeById, 'made']] };
}

async function visitLabels(database: Database, id: string): Promise<Visit | null> {
  const row = await database.labels.findUnique({ where: { id } });
  if (!row) return null;
  const { name, fileSha256: sha256, createdAt, frames, projections, madeById } = row;
  return {
    node: { id, kind: 'labels', name, sha256, createdAt, data: { frames, projections } },
    comesFrom: [[madeById, 'made']],
  };
}
