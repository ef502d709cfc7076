// Every page of the app: its address after `#/`, and how it is fetched. The first is in the first load; the others come when opened.
import type { Component } from 'svelte';
import Choose from './pages/place/page.svelte';
import Today from './pages/today/page.svelte';
import type { WordKey } from './words/words.svelte.ts';

export interface PageProps {
  /** What stands in the address after the page's name. */
  readonly rest: readonly string[];
}

export interface Place {
  readonly name: string;
  readonly title: WordKey;
  /** Bottom bar it stands in, by the name of its mark in `frame/mark.svelte`. */
  readonly tab?: 'today' | 'listen' | 'alert' | 'speak' | 'more';
  /** Which tab is lit while it is open. */
  readonly under?: string;
  /** Some are told nothing. */
  readonly page: () => Promise<{ readonly default: Component<never> }>;
}

export const places: readonly Place[] = [
  { name: 'hom-nay', title: 'today.title', tab: 'today', page: () => Promise.resolve({ default: Today }) },
  { name: 'nghe-lai', title: 'listen.title', tab: 'listen', page: () => import('./pages/listen/page.svelte') },
  { name: 'canh-bao', title: 'alerts.title', tab: 'alert', page: () => import('./pages/alerts/page.svelte') },
  { name: 'phan-anh', title: 'speak.title', tab: 'speak', page: () => import('./pages/speak/page.svelte') },
  { name: 'them', title: 'more.title', tab: 'more', page: () => import('./pages/more/page.svelte') },
  { name: 'cua-toi', title: 'mine.title', under: 'phan-anh', page: () => import('./pages/mine/page.svelte') },
  { name: 'y-kien', title: 'vote.title', under: 'phan-anh', page: () => import('./pages/vote/page.svelte') },
  { name: 'danh-gia', title: 'rate.title', under: 'phan-anh', page: () => import('./pages/rate/page.svelte') },
  { name: 'noi-o', title: 'place.title', under: 'hom-nay', page: () => Promise.resolve({ default: Choose }) },
  { name: 'ban-tin', title: 'bulletins.title', under: 'hom-nay', page: () => import('./pages/bulletins/page.svelte') },
  { name: 'tim', title: 'find.title', under: 'nghe-lai', page: () => import('./pages/find/page.svelte') },
  { name: 'danh-ba', title: 'contacts.title', under: 'them', page: () => import('./pages/contacts/page.svelte') },
  { name: 'thong-bao', title: 'push.title', under: 'them', page: () => import('./pages/push/page.svelte') },
  { name: 'cach-hien', title: 'look.title', under: 'them', page: () => import('./pages/look/page.svelte') },
  { name: 'rieng-tu', title: 'privacy.title', under: 'them', page: () => import('./pages/privacy/page.svelte') },
];
export const home = 'hom-nay';

/** What messages of the centre call them. */
const told: Readonly<Record<string, string>> = { alerts: 'canh-bao', items: 'ban-tin', receipt: 'cua-toi', polls: 'y-kien' };

/** The page of an address's hash, and what it is told. */
export function placeOf(hash: string): { readonly place: Place; readonly rest: readonly string[] } {
  const [name = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  const found = places.find((one) => one.name === (told[name] ?? name));
  const place = found ?? places.find((one) => one.name === home);
  if (!place) throw new Error('no first page');
  return { place, rest: found ? rest.map(plainly) : [] };
}

function plainly(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
