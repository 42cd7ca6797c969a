/** Letters and digits only, without case, so that `EU West 1` is near `eu-west-1`. */
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '');

/**
 * The edit distance with swaps of neighbours (Damerau and Levenshtein, restricted), in the memory of three rows.
 */
const editDistance = (from: string, to: string): number => {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwapped =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
};

/** The names that are most like the text, nearest first: at most `count`, and none that is nothing like it. */
export const nearestNames = (
  text: string,
  names: readonly string[],
  count = 3,
): readonly string[] => {
  const wanted = plain(text);
  return names
    .map((name) => {
      const own = plain(name);
      const isPart =
        wanted.length >= 3 && own.length >= 3 && (own.includes(wanted) || wanted.includes(own));
      const edits = editDistance(wanted, own);
      return {
        name,
        edits: isPart ? Math.min(edits, 1.5) : edits,
        length: Math.max(own.length, wanted.length),
      };
    })
    .filter(({ edits, length }) => edits <= Math.max(1, length * 0.4))
    .toSorted((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
};
