/** Formats of recorded play that are made elsewhere; libs/arcade reads them, here they are only looked at. */
export const IMPORT_FORMATS = ['npz', 'minari', 'dqn-replay'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** What the headers of a file say; null where only reading it would tell. */
export interface InspectedImport {
  /** Steps in the file. */
  frames: number | null;
  /** Shape of one observation. */
  observation: number[] | null;
}
