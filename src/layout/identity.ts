const ID_LINE = /^mlchain-id: ([0-9a-f]{32})$/;

/**
 * What tells this repository's layout from another one of the same owner: the first line of the signed `readme`
 * (`product.md` §3, threat 65). It never changes, so a layout that is drafted anew keeps it.
 * @param id 32 lower-case hex digits
 */
export function readmeWithId(id: string): string {
  return `mlchain-id: ${id}`;
}

/** The id that a layout's readme claims; undefined where it claims none. */
export function layoutId(readme: string): string | undefined {
  const [first = ''] = readme.split('\n', 1);
  return ID_LINE.exec(first)?.[1];
}
