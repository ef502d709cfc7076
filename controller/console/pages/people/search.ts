// Finding people by what one remembers of a name, with or without its marks.
import type { AccountRole } from '../../../../schemas/api.ts';
import type { AccountAnswer } from '../../../../schemas/people.ts';

/** `Nguyễn Đức` and `nguyen duc` are the same to somebody who searches. */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase();
}

export function fitting(people: readonly AccountAnswer[], text: string, role: AccountRole | ''): AccountAnswer[] {
  const words = plain(text)
    .split(/\s+/)
    .filter((word) => word !== '');
  return people.filter(({ account, title, grants }) => {
    const name = plain(`${title} ${account}`);
    return words.every((word) => name.includes(word)) && (role === '' || grants.some((grant) => grant.role === role));
  });
}

/** A name for signing in that nobody has yet, made from what the person is called. */
export function accountFrom(title: string, taken: readonly string[]): string {
  const base = plain(title)
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 28)
    .replace(/-+$/, '');
  if (base === '' || !taken.includes(base)) return base;
  for (let n = 2; ; n += 1) if (!taken.includes(`${base}-${n}`)) return `${base}-${n}`;
}
