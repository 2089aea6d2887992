/** Formats of recorded play that are made elsewhere; libs/arcade reads them, here they are only looked at. */
export const IMPORT_FORMATS = ['npz', 'minari', 'dqn-replay'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];
