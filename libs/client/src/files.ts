import { sha256Of, sha256OfHeader } from './digest.ts';
import { type ModelFileName, type Upload } from './schemas.ts';
import { request, type Service } from './service.ts';

export interface Download {
  bytes: Uint8Array;
  sha256: string;
  filename: string;
}

/**
 * Uploads bytes, with their digest for the service to check.
 * @param sha256 of the file, where it is known: then a Blob is streamed and never whole in memory
 * @throws ProblemError
 */
export async function uploadFile(
  service: Service,
  file: Uint8Array | Blob,
  { sha256 }: { sha256?: string } = {},
): Promise<Upload> {
  const isStreamed = file instanceof Blob && sha256 !== undefined;
  const body = isStreamed ? file : new Uint8Array(file instanceof Blob ? await file.arrayBuffer() : file);
  const digest = sha256 ?? (await sha256Of(body as Uint8Array));
  const response = await request(service, `/v1/uploads?sha256=${digest}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
  });
  return (await response.json()) as Upload;
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
  const expected = sha256OfHeader(response.headers.get('repr-digest'));
  const sha256 = await sha256Of(bytes);
  if (sha256 !== expected) throw new Error(`the download is damaged: sha256 ${sha256}, announced was ${expected}`);
  return { bytes, sha256, filename: filenameOf(response) ?? usualName };
}

function filenameOf(response: Response): string | undefined {
  return /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
}
