/** Records that an audit keeps in memory at once. */
export const PAGE = 200;

/** Goes through all of something, a page in memory at a time; each page is read in a transaction of its own. */
export async function* inPages<Item>(
  read: (after: string) => Promise<readonly Item[]>,
  keyOf: (item: Item) => string,
): AsyncGenerator<Item, void, undefined> {
  let after = '';
  for (;;) {
    const page = await read(after);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = keyOf(last);
  }
}
