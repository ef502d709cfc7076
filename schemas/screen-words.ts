// How much a board may say of an order: a sign, at most twelve words, where to go and whom to call (PRODUCT §1.7). Pure.

export const screenWordsMax = 12;

/** Words of an order's title and text that must be read; the place behind an arrow, figures, dots and dashes are none. */
export function screenWordsOf({ title, text }: { readonly title: string; readonly text: string }): number {
  const said = `${title} ${text.replace(/(?:→|->|⇒|➜)[^·]*/gu, ' ')}`;
  return said.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length;
}
