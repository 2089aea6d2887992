/** Remembers the last result: the same arguments (by identity) twice in a row are computed once. */
export function remember<A extends readonly object[], R>(compute: (...all: A) => R): (...all: A) => R {
  let last: { all: A; result: R } | undefined;
  return (...all) => {
    if (!last?.all.every((argument, index) => argument === all[index])) last = { all, result: compute(...all) };
    return last.result;
  };
}
