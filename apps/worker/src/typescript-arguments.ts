/** Arguments with which node runs our TypeScript, whatever its working directory. */
export const TYPESCRIPT_ARGUMENTS = ['--import', import.meta.resolve('tsx')];
