/**
 * Whether a line on stderr is one with which TensorFlow greets its users before its log levels count: that it uses oneDNN, and
 * that it has not yet begun to log.
 */
export function saysNothing(line: string): boolean {
  return line.includes('oneDNN custom operations are on') || line.includes('before absl::InitializeLog()');
}
