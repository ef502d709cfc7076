// Language tags compared: which of the texts at hand serves a listener's language.

/** The same tag, or the same language with another region or writing: `vi` and `vi-VN`. */
export function sameLanguage(one: string, other: string): boolean {
  return primary(one) === primary(other);
}

/** The closest of what there is: the very tag first, then the same language. */
export function findLanguage<T extends { readonly language: string }>(there: readonly T[], wanted: string): T | undefined {
  const exact = wanted.toLowerCase();
  return there.find(({ language }) => language.toLowerCase() === exact) ?? there.find(({ language }) => sameLanguage(language, wanted));
}

function primary(tag: string): string {
  return tag.toLowerCase().split('-')[0] ?? '';
}
