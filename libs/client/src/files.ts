import { sha256Of, sha256OfHeader } from './digest.ts';
import { type ModelFileName, type Upload } from './schemas.ts';
import { request, type Service } from './service.ts';

export interface Download {
  bytes: Uint8Array;
  sha256: string;
  filename: string;
}

/** Uploads bytes, with their digest for the service to check. @throws ProblemError */
export async function uploadFile(service: Service, file: Uint8Array | Blob): Promise<Upload> {
  const bytes = file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file;
  const response = await request(service, `/v1/uploads?sha256=${await sha256Of(bytes)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  return (await response.json()) as Upload;
}

/** Where a browser finds a model's file. */
export function modelUrl(service: Service, modelId: string, file: ModelFileName = 'student'): string {
  return `${service.baseUrl}/v1/models/${encodeURIComponent(modelId)}/download?file=${file}`;
}

/** Downloads a model's file. @throws ProblemError; Error when the bytes are not those that the service announced */
export async function downloadModel(
  service: Service,
  modelId: string,
  { file = 'student' }: { file?: ModelFileName } = {},
): Promise<Download> {
  const response = await request(service, modelUrl({ ...service, baseUrl: '' }, modelId, file));
  const bytes = new Uint8Array(await response.arrayBuffer());
  const expected = sha256OfHeader(response.headers.get('repr-digest'));
  const sha256 = await sha256Of(bytes);
  if (sha256 !== expected) throw new Error(`the download is damaged: sha256 ${sha256}, announced was ${expected}`);
  return { bytes, sha256, filename: filenameOf(response) ?? `${modelId}.safetensors` };
}

function filenameOf(response: Response): string | undefined {
  return /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
}
