import { type Download, download, type DownloadOptions } from './download.ts';
import { type ModelFileName } from './schemas.ts';
import { type Service } from './service.ts';

/** Where a browser finds a model's file. */
export function modelUrl(service: Service, modelId: string, file: ModelFileName = 'student'): string {
  return `${service.baseUrl}/v1/models/${encodeURIComponent(modelId)}/download?file=${file}`;
}

/** Where a browser finds a file that a job has made. */
export function jobFileUrl(service: Service, jobId: string, name: string): string {
  return `${service.baseUrl}/v1/jobs/${encodeURIComponent(jobId)}/files/${encodeURIComponent(name)}`;
}

/** Downloads a model's file. @throws like download */
export function downloadModel(
  service: Service,
  modelId: string,
  { file = 'student', ...options }: DownloadOptions & { file?: ModelFileName } = {},
): Promise<Download> {
  const path = modelUrl({ ...service, baseUrl: '' }, modelId, file);
  return download(service, path, `${modelId}.safetensors`, options);
}

/** Downloads a file that a job has made. @throws like download */
export function downloadJobFile(
  service: Service,
  jobId: string,
  name: string,
  options: DownloadOptions = {},
): Promise<Download> {
  return download(service, jobFileUrl({ ...service, baseUrl: '' }, jobId, name), name, options);
}
