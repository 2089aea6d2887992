/** A rollouts file, or an episode on its way into one, that is not what it claims to be. The message names the part. */
export class RolloutsError extends Error {
  override readonly name = 'RolloutsError';
}
