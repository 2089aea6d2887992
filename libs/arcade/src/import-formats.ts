/** Formats of recorded play that importEpisodes reads. A plain list: whoever checks a name needs no Python. */
export const IMPORT_FORMATS = ['npz', 'minari', 'dqn-replay'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];
