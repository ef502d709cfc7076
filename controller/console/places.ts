// Every page of the console: its address after `#/`, its words, who meets it in the menu, and how it is fetched.
import type { Component } from 'svelte';
import type { AccountRole, SessionAnswer } from '../../schemas/api.ts';

export interface Place {
  /** After `#/`; what follows a further `/` is the page's own. */
  readonly name: string;
  readonly group: 'daily' | 'estate' | 'night' | 'office';
  /** Whose menu shows it; the centre decides what each person may do. Absent: everybody's. */
  readonly roles?: readonly AccountRole[];
  /** Reached from the top of every page. */
  readonly atTop?: true;
  /** Reached from another page, not from the menu: that page's name. */
  readonly within?: string;
  /** Rooms of words it needs. */
  readonly words: readonly string[];
  readonly page: () => Promise<{ readonly default: Component<PageProps> }>;
}

/** What every page is given. */
export interface PageProps {
  readonly session: SessionAnswer;
  /** What stands in the address after the page's name: `#/thiet-bi/hop-1` gives `['hop-1']`. */
  readonly rest: readonly string[];
}

/** A place whose page and words are there. */
export interface OpenPlace {
  readonly place: Place;
  readonly page: Component<PageProps>;
}

const daily: readonly Omit<Place, 'group'>[] = [
  { name: 'hom-nay', words: ['today', 'log'], page: () => import('./pages/today/page.svelte') },
  { name: 'noi-dung', words: ['compose'], page: () => import('./pages/compose/page.svelte') },
  { name: 'duyet', roles: ['approver', 'author'], words: ['judge', 'compose'], page: () => import('./pages/judge/page.svelte') },
  {
    name: 'tin-nguon',
    roles: ['author', 'approver', 'scheduler', 'leader'],
    words: ['source'],
    page: () => import('./pages/source/page.svelte'),
  },
  {
    name: 'phan-anh',
    roles: ['author', 'approver', 'leader'],
    words: ['feedback', 'reports', 'neighbours'],
    page: () => import('./pages/feedback/page.svelte'),
  },
  {
    name: 'binh-chon',
    roles: ['author', 'approver', 'leader'],
    words: ['polls', 'reports'],
    page: () => import('./pages/polls/page.svelte'),
  },
  { name: 'lich', words: ['plan'], page: () => import('./pages/plan/page.svelte') },
  { name: 'quy-dinh', words: ['policy'], page: () => import('./pages/policy/page.svelte') },
  { name: 'truc-tiep', words: ['live'], page: () => import('./pages/live/page.svelte') },
];

const estate: readonly Omit<Place, 'group'>[] = [
  { name: 'thiet-bi', words: ['boxes'], page: () => import('./pages/boxes/page.svelte') },
  { name: 'su-co', words: ['faults'], page: () => import('./pages/faults/page.svelte') },
  { name: 'viec-cua-toi', roles: ['technician'], words: ['work'], page: () => import('./pages/work/page.svelte') },
  { name: 'so-thiet-bi', words: ['register'], page: () => import('./pages/register/page.svelte') },
];

const night: readonly Omit<Place, 'group'>[] = [
  { name: 'khan-cap', atTop: true, words: ['emergency', 'signing', 'alerts'], page: () => import('./pages/emergency/page.svelte') },
  { name: 'truc-ban', words: ['duty'], page: () => import('./pages/duty/page.svelte') },
  { name: 'lenh-san', within: 'khan-cap', words: ['ready', 'signing'], page: () => import('./pages/ready/page.svelte') },
  { name: 'nguon-canh-bao', roles: ['duty', 'leader'], words: ['alerts', 'signing'], page: () => import('./pages/alerts/page.svelte') },
  {
    name: 'ngon-ngu',
    roles: ['duty', 'author', 'leader'],
    words: ['voices', 'compose'],
    page: () => import('./pages/voices/page.svelte'),
  },
];

const office: readonly Omit<Place, 'group'>[] = [
  { name: 'nhat-ky', words: ['log', 'reports'], page: () => import('./pages/log/page.svelte') },
  { name: 'bao-cao', words: ['reports'], page: () => import('./pages/reports/page.svelte') },
  { name: 'danh-gia', words: ['evaluation', 'reports'], page: () => import('./pages/evaluation/page.svelte') },
  { name: 'tap-luyen', words: ['training', 'reports'], page: () => import('./pages/training/page.svelte') },
  { name: 'chi-dao', words: ['directives', 'source'], page: () => import('./pages/directives/page.svelte') },
  {
    name: 'uy-quyen',
    roles: ['author', 'approver', 'scheduler', 'leader'],
    words: ['delegation'],
    page: () => import('./pages/delegation/page.svelte'),
  },
  { name: 'don-vi', words: ['units'], page: () => import('./pages/units/page.svelte') },
  { name: 'nguoi-dung', roles: ['leader', 'auditor'], words: ['people', 'gate'], page: () => import('./pages/people/page.svelte') },
  { name: 'nhat-ky-kiem-toan', roles: ['auditor'], words: ['audit'], page: () => import('./pages/audit/page.svelte') },
  {
    name: 'ban-phan-mem',
    roles: ['technician', 'leader', 'auditor'],
    words: ['releases'],
    page: () => import('./pages/releases/page.svelte'),
  },
  { name: 'lien-thong', roles: ['leader', 'auditor'], words: ['neighbours'], page: () => import('./pages/neighbours/page.svelte') },
  { name: 'cai-dat', roles: ['leader', 'auditor'], words: ['settings', 'people'], page: () => import('./pages/settings/page.svelte') },
  { name: 'tai-khoan', words: ['people', 'gate'], page: () => import('./pages/account/page.svelte') },
  { name: 'tro-giup', words: ['help'], page: () => import('./pages/help/page.svelte') },
];

export const groups = ['daily', 'estate', 'night', 'office'] as const;
const byGroup = { daily, estate, night, office };
/** An administrator's menu has them all. */
export const places: readonly Place[] = groups.flatMap((group) => byGroup[group].map((place) => ({ ...place, group })));
export const home = 'hom-nay';

/** The page of an address's hash, and what it is told. */
export function placeOf(hash: string): { readonly place: Place; readonly rest: readonly string[] } | undefined {
  const [name = '', ...rest] = hash.replace(/^#\//, '').split('/');
  const place = places.find((one) => one.name === name) ?? places.find((one) => one.name === home);
  return place && { place, rest: place.name === name ? rest.map(plainly) : [] };
}

function plainly(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
