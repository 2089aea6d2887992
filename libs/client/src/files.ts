import { sha256Of, sha256OfHeader } from './digest.ts';
import { type ModelFileName } from './schemas.ts';
import { request, type Service } from './service.ts';

export interface Download {
  bytes: Uint8Array;
  sha256: string;
  filename: string;
}

/** Where a browser finds a model's file. */
export function modelUrl(service: Service, modelId: string, file: ModelFileName = 'student'): string {
  return `${service.baseUrl}/v1/models/${encodeURIComponent(modelId)}/download?file=${file}`;
}

/** Where a browser finds a file that a job has made. */
export function jobFileUrl(service: Service, jobId: string, name: string): string {
  return `${service.baseUrl}/v1/jobs/${encodeURIComponent(jobId)}/files/${encodeURIComponent(name)}`;
}

/** Downloads a model's file. @throws ProblemError; Error when the bytes are not those that the service announced */
export function downloadModel(
  service: Service,
  modelId: string,
  { file = 'student' }: { file?: ModelFileName } = {},
): Promise<Download> {
  const path = modelUrl({ ...service, baseUrl: '' }, modelId, file);
  return download(service, path, `${modelId}.safetensors`);
}

/** Downloads a file that a job has made. @throws like downloadModel */
export function downloadJobFile(service: Service, jobId: string, name: string): Promise<Download> {
  return download(service, jobFileUrl({ ...service, baseUrl: '' }, jobId, name), name);
}

async function download(service: Service, path: string, usualName: string): Promise<Download> {
  const response = await request(service, path);
  const bytes = new Uint8Array(await response.arrayBuffer());
  // Bytes that another store has sent, to which the service pointed, come without what the service says of them.
  const said = response.headers.has('repr-digest') ? response : await request(service, path, { method: 'HEAD' });
  const expected = sha256OfHeader(said.headers.get('repr-digest'));
  const sha256 = await sha256Of(bytes);
  if (sha256 !== expected) throw new Error(`the download is damaged: sha256 ${sha256}, announced was ${expected}`);
  return { bytes, sha256, filename: filenameOf(said) ?? usualName };
}

function filenameOf(response: Response): string | undefined {
  return /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
}
