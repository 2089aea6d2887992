/**
 * A name that nobody has: the one that was wished for, or with the end of the job's id where another took it while the job
 * was at work. Days of work are not thrown away for a name.
 */
export async function freeName(
  wished: string,
  jobId: string,
  isTaken: (name: string) => Promise<boolean>,
): Promise<string> {
  if (!(await isTaken(wished))) return wished;
  return `${wished.slice(0, 55)}-${jobId.slice(-8)}`;
}
