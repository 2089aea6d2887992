// Policies out, as files for other libraries, and the card that goes with them, without a tensor engine: apps/api may import this.
export { ExportKind, exportPolicy } from './catalogue.ts';
export { ExportError } from './export-error.ts';
export { type ExportedFile, type ExportRequest } from './exported-file.ts';
export {
  type CardExport,
  type CardFacts,
  type CardLineage,
  type CardMetric,
  type Source,
} from '../model-card/card-facts.ts';
export { type CardJson, modelCard } from '../model-card/model-card.ts';
