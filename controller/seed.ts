// What a new centre is made of: read from a JSON document, checked, with calm defaults.
import * as v from 'valibot';
import { AccountRole, NewPassword } from '../schemas/api.ts';
import { DutySettingsRequest } from '../schemas/duty.ts';
import { AreaPath, Id, LanguageTag } from '../schemas/ids.ts';
import { Order } from '../schemas/order.ts';
import { parse } from '../schemas/parse.ts';
import { SignInSettings } from '../schemas/people.ts';
import { checkPolicy } from '../schemas/plan.ts';
import { Policy } from '../schemas/policy.ts';
import { bad, type Result } from '../schemas/problems.ts';
import { Level } from '../schemas/programme.ts';
import { LocalDate, Zone } from '../schemas/time.ts';
import { UnitCodes, unitLimits } from '../schemas/units.ts';
import { zoneClock } from '../schemas/zones.ts';
import { readUnits } from './core/unit-rows.ts';

const Title = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
const Speak = v.pipe(v.string(), v.minLength(1), v.maxLength(1800));

const Template = v.pipe(
  v.object({
    id: Id,
    title: Title,
    hazard: Order.entries.hazard,
    severity: Order.entries.severity,
    urgency: Order.entries.urgency,
    certainty: Order.entries.certainty,
    sirenMs: Order.entries.sirenMs,
    times: Order.entries.times,
    pauseMs: Order.entries.pauseMs,
    /** Vietnamese words alone, or speech per language, main one first. */
    speak: v.optional(Speak),
    speech: v.optional(v.pipe(v.array(v.object({ language: LanguageTag, speak: Speak })), v.maxLength(8)), []),
    screen: Order.entries.screen,
  }),
  v.check(({ speak, speech }) => speak !== undefined || speech.length > 0, 'needs speak or speech'),
  v.transform(({ speak, speech, ...rest }) => ({
    ...rest,
    speech: speak === undefined ? speech : [{ language: 'vi', speak }, ...speech.filter(({ language }) => language !== 'vi')],
  })),
);

const GrantSeed = v.union([AccountRole, v.object({ role: AccountRole, area: v.optional(AreaPath) })]);

export const Seed = v.object({
  demo: v.optional(v.boolean(), false),
  centre: v.object({ id: Id, name: Title, level: Level, area: AreaPath, zone: v.optional(Zone, 'Asia/Ho_Chi_Minh') }),
  units: v.optional(
    v.pipe(
      v.array(
        v.object({
          id: Id,
          parent: v.nullable(Id),
          kind: Id,
          name: Title,
          nameEn: v.optional(Title),
          code: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(20))), null),
          level: Level,
          area: AreaPath,
          /** Without dates: in force since ever. */
          from: v.optional(LocalDate),
          until: v.optional(LocalDate),
        }),
      ),
      v.maxLength(unitLimits.units),
    ),
    [],
  ),
  unitCodes: v.optional(UnitCodes, []),
  accounts: v.optional(
    v.pipe(
      v.array(
        v.object({
          account: Id,
          title: Title,
          roles: v.optional(v.array(GrantSeed), []),
          grants: v.optional(v.array(GrantSeed), []),
          area: v.optional(AreaPath),
          password: NewPassword,
        }),
      ),
      v.maxLength(500),
    ),
    [],
  ),
  policy: v.optional(Policy),
  groups: v.optional(v.pipe(v.array(v.object({ id: Id, name: Title })), v.maxLength(2000)), []),
  templates: v.optional(v.pipe(v.array(Template), v.maxLength(200)), []),
  holidays: v.optional(v.pipe(v.array(LocalDate), v.maxLength(400)), []),
  duty: v.optional(v.object({ rungMs: DutySettingsRequest.entries.rungMs })),
  signIn: v.optional(SignInSettings),
  localOrder: v.optional(v.pipe(v.array(Id), v.maxLength(200)), []),
});
export type Seed = v.InferOutput<typeof Seed>;

/** Read and check a seed. Problems: bad-input, conflict, over-budget, zone-unknown. */
export function readSeed(input: unknown): Result<Seed> {
  const seed = parse(Seed, input);
  if (!seed.ok) return seed;
  const zone = zoneClock(seed.value.centre.zone);
  if (!zone.ok) return bad(zone.problem.code, zone.problem.detail, '/centre/zone');
  const policy = seed.value.policy && checkPolicy(seed.value.policy);
  if (policy && !policy.ok) return bad(policy.problem.code, policy.problem.detail, `/policy${policy.problem.path}`);
  const units = readUnits(seed.value.units, seed.value.unitCodes);
  if (!units.ok) return units;
  const names = seed.value.accounts.map(({ account }) => account);
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i);
  return twice < 0 ? seed : bad('conflict', `account ${names[twice]} stands twice`, `/accounts/${twice}/account`);
}

/** The calm policy of a centre whose seed brings none: mornings and afternoons, never at noon or at night. */
export function standardPolicy(zone: string): Policy {
  const days: Policy['windows'][number]['days'] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
  return {
    id: 'standard',
    title: 'Quy chế phát thanh',
    zone,
    windows: [
      { days, from: '05:30', to: '07:30' },
      { days, from: '16:30', to: '19:00' },
    ],
    quiet: [
      { from: '21:00', to: '05:30' },
      { from: '11:30', to: '13:30' },
    ],
    sessionGapMs: 300_000,
    sessionMaxMs: 45 * 60_000,
    sessionsPerDay: 3,
    dayMaxMs: 135 * 60_000,
    gainMaxDb: 0,
    permits: [],
  };
}
