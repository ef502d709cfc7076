// What a centre sets about its residents' pages: whom to call, where to go, how long words are kept, which push services, which SMS gateway.
import * as v from 'valibot';
import type { Strongbox } from '../../hardware/host/strongbox.ts';
import { CitizenSettings } from '../../schemas/citizen.ts';
import type { CitizenSettingsAnswer } from '../../schemas/citizen-api.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { checkGateway } from '../duty/gateway-bell.ts';
import type { Act, MetaStore } from '../store/store.ts';
import type { SmsGateway } from './sms.ts';

const cell = 'citizens';
const secretName = 'citizen sms';

/** Push services of the browsers in use; others are added by the operator. */
export const pushHostsStandard: readonly string[] = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  '*.push.apple.com',
  '*.notify.windows.com',
];
/** The numbers of emergency in Viet Nam. */
const contactsStandard = [
  { name: 'Tìm kiếm, cứu nạn', phone: '112', note: '' },
  { name: 'Công an', phone: '113', note: '' },
  { name: 'Cứu hỏa', phone: '114', note: '' },
  { name: 'Cấp cứu', phone: '115', note: '' },
];

/** The secret is locked in it. */
const standard: CitizenSettings = { contacts: contactsStandard, links: [], keptDays: 365, pushHosts: [...pushHostsStandard], sms: null };
const Kept = v.object({ ...CitizenSettings.entries, sms: v.nullable(v.object({ url: v.string(), secret: v.string() })) });

export interface CitizenSettingsBook {
  now(): Omit<CitizenSettings, 'sms'>;
  sms(): SmsGateway | undefined;
  answer(): Omit<CitizenSettingsAnswer, 'smsState'>;
  /** Problem: bad-input (address of the gateway, no secret). */
  save(wish: CitizenSettings, act: Act): Promise<Result<void>>;
}

export async function openCitizenSettings(meta: MetaStore, strongbox: Strongbox): Promise<CitizenSettingsBook> {
  const text = await meta.value(cell);
  const read = text === undefined ? undefined : parseJson(Kept, text);
  let kept: v.InferOutput<typeof Kept> = read?.ok ? read.value : { ...standard, sms: null };
  return {
    now: () => kept,
    sms: () => (kept.sms && { url: kept.sms.url, secret: strongbox.unlock(secretName, kept.sms.secret) }) || undefined,
    answer: () => ({ ...kept, sms: kept.sms && { url: kept.sms.url } }),
    save: async (wish, act) => {
      const checked = wish.sms ? checkGateway(wish.sms.url) : ok(undefined);
      if (!checked.ok) return bad(checked.problem.code, checked.problem.detail, '/sms/url');
      const given = wish.sms?.secret;
      const secret = given === undefined ? kept.sms?.secret : strongbox.lock(secretName, given);
      if (wish.sms && secret === undefined) return bad('bad-input', 'a gateway needs a secret', '/sms/secret');
      // Another address never gets the secret of the one before.
      if (wish.sms && given === undefined && wish.sms.url !== kept.sms?.url)
        return bad('bad-input', 'another address needs its own secret', '/sms/secret');
      const next = { ...wish, sms: wish.sms && secret !== undefined ? { url: wish.sms.url, secret } : null };
      await meta.setValue(cell, JSON.stringify(next), act);
      kept = next;
      return ok(undefined);
    },
  };
}
