// Rules about people: whom one may tend, when a code is needed, how long a session waits, what a token is let do.
import type { AccountRole } from '../../schemas/api.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import type { TokenAct } from '../../schemas/people.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type ActName, type Grant, may } from './roles.ts';

const hourMs = 3600_000;
export const sessionLifeMs = 12 * hourMs;
/** Long enough to find the phone and set up its app. */
export const halfSessionLifeMs = 10 * 60_000;
export const invitationLifeMs = 3 * 24 * hourMs;
export const administratorIdleMs = 2 * hourMs;
export const factorRolesStandard: readonly AccountRole[] = ['duty', 'administrator'];

export type Proof = 'waiting' | 'password' | 'factor';

interface Holder {
  readonly account: string;
  readonly grants: readonly Grant[];
  readonly passwordHash: string;
  readonly disabledMs: number | null;
}

/** May somebody do this to an account: over every place it has a right in; over the whole centre when it has none. Problem: not-allowed. */
export function mayTend(grants: readonly Grant[], act: ActName, held: readonly Grant[], centreArea: AreaPath): Result<void> {
  const areas = held.length > 0 ? held.map(({ area }) => area) : [centreArea];
  return areas.map((area) => may(grants, act, area)).find((one) => !one.ok) ?? ok(undefined);
}

/** Somebody is left who can sign in and tend the whole centre. Problem: conflict. */
export function keepsAdministrator(accounts: readonly Holder[], centreArea: AreaPath): Result<void> {
  const left = accounts.some(
    ({ grants, passwordHash, disabledMs }) => disabledMs === null && passwordHash !== '' && may(grants, 'account.write', centreArea).ok,
  );
  return left ? ok(undefined) : bad('conflict', 'this is the last administrator of the centre; name another one first');
}

/** Who tends accounts changes neither own rights nor own standing. Problem: not-allowed. */
export function notOneself(asker: string, account: string): Result<void> {
  return asker === account ? bad('not-allowed', 'nobody does this to their own account; ask another administrator') : ok(undefined);
}

/** Does one of these rights oblige to a code at sign-in? A demo keeps its one touch: it sounds on simulated boxes only. */
export function codeObliged(grants: readonly Grant[], roles: readonly AccountRole[], demo: boolean): boolean {
  return !demo && grants.some(({ role }) => roles.includes(role));
}

/** What is still missing of this session's proof. Whoever was given such a role meanwhile goes and gets the code. */
export function proofMissing(proof: Proof, obliged: boolean): boolean {
  return proof === 'waiting' || (proof === 'password' && obliged);
}

/** An administrator's page left open ends sooner than the day's. */
export function idleOver(grants: readonly Grant[], seenMs: number, nowMs: number, demo: boolean): boolean {
  return !demo && nowMs - seenMs >= administratorIdleMs && grants.some(({ role }) => role === 'administrator');
}

/** What a token may do now: its acts and its area, cut from what its owner may. */
export function narrow(grants: readonly Grant[], acts: readonly TokenAct[], area: AreaPath): Grant[] {
  return grants.flatMap((grant) => {
    if (within(area, grant.area)) return [{ role: grant.role, area, only: acts }];
    return within(grant.area, area) ? [{ role: grant.role, area: grant.area, only: acts }] : [];
  });
}

/** A network people recognise and nobody is found by: the first three numbers of IPv4, the first three groups of IPv6. */
export function placeOf(address: string): string {
  const four = mappedFour(address);
  if (four !== undefined) return four.startsWith('127.') ? 'máy này' : `${four.split('.').slice(0, 3).join('.')}.*`;
  if (address === '::1') return 'máy này';
  return `${groupsOf(address).slice(0, 3).join(':')}:*`;
}

/** What counts as one address: all of IPv4, the 64 bits of IPv6 that one line has to itself. */
export function addressKey(address: string): string {
  return mappedFour(address) ?? groupsOf(address).slice(0, 4).join(':');
}

function mappedFour(address: string): string | undefined {
  return /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1];
}

function groupsOf(address: string): string[] {
  const [bare = ''] = address.toLowerCase().split('%');
  const [head = '', tail] = bare.split('::');
  const [first, last] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== '')) as [string[], string[]];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array<string>(zeros).fill('0'), ...last].map((group) => group.replace(/^0+(?=.)/, '').slice(0, 4));
}

const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bcoc_coc_browser\//i, 'Cốc Cốc'],
  [/\bFirefox\//, 'Firefox'],
  [/\bChrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
];

/** `Firefox · Android`, from what the browser says of itself. */
export function deviceOf(userAgent: string): string {
  const named = [browsers, systems].flatMap((list) => list.find(([sign]) => sign.test(userAgent))?.[1] ?? []);
  return named.join(' · ');
}
