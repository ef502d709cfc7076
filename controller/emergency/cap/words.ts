// White space of XML, which is layout: trimmed and split by hand, for a pattern would look at a long run again from each of its places.

function isLayout(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  return c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
}

/** Without white space around; no other kind of space is layout. */
export function trimLayout(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isLayout(text, from)) from++;
  while (to > from && isLayout(text, to - 1)) to--;
  return text.slice(from, to);
}

/** The words between white space. */
export function* wordsOf(text: string): Generator<string, void, undefined> {
  for (let at = 0; at < text.length; at++) {
    if (isLayout(text, at)) continue;
    const from = at;
    while (at < text.length && !isLayout(text, at)) at++;
    yield text.slice(from, at);
  }
}
