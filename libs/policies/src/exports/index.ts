// Policies out, as files for other libraries, without a tensor engine: apps/api may import this.
export { ExportKind, exportPolicy } from './catalogue.ts';
export { ExportError } from './export-error.ts';
export { type ExportedFile, type ExportRequest } from './exported-file.ts';
