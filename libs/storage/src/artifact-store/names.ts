/** Names come from requests: nothing but a hash or an id may become part of a path. */
export function checkedHash(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`not a sha256: ${sha256}`);
  return sha256;
}

export function checkedId(id: string): string {
  if (!/^[a-z]+_[0-9a-z-]+$/.test(id)) throw new Error(`not an id: ${id}`);
  return id;
}
