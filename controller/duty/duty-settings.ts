// What a centre sets about duty: how long a rung is, and where rings go outside the page.
import * as v from 'valibot';
import type { Strongbox } from '../../hardware/host/strongbox.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { rungMsStandard } from '../core/ladder.ts';
import type { Act, MetaStore } from '../store/store.ts';
import { checkGateway, type Gateway } from './gateway-bell.ts';

export const dutySettingsCell = 'duty';
const secretName = 'duty gateway';

const Kept = v.object({
  rungMs: v.optional(v.number(), rungMsStandard),
  gateway: v.optional(v.nullable(v.object({ url: v.string(), secret: v.string() })), null),
});
type Kept = v.InferOutput<typeof Kept>;

export interface DutySettings {
  rungMs(): number;
  gateway(): Gateway | undefined;
  /** Problem: bad-input (address, or no secret). */
  save(
    wish: { readonly rungMs: number; readonly gateway: { readonly url: string; readonly secret?: string | undefined } | null },
    act: Act,
  ): Promise<Result<void>>;
}

export async function openDutySettings(meta: MetaStore, strongbox: Strongbox): Promise<DutySettings> {
  const text = await meta.value(dutySettingsCell);
  const read = text === undefined ? undefined : parseJson(Kept, text);
  let kept: Kept = read?.ok ? read.value : { rungMs: rungMsStandard, gateway: null };
  return {
    rungMs: () => kept.rungMs,
    gateway: () => (kept.gateway && { url: kept.gateway.url, secret: strongbox.unlock(secretName, kept.gateway.secret) }) || undefined,
    save: async ({ rungMs, gateway }, act) => {
      const checked = gateway ? checkGateway(gateway.url) : ok(undefined);
      if (!checked.ok) return checked;
      const secret = gateway?.secret === undefined ? kept.gateway?.secret : strongbox.lock(secretName, gateway.secret);
      if (gateway && secret === undefined) return bad('bad-input', 'a gateway needs a secret', '/gateway/secret');
      const next = { rungMs, gateway: gateway && secret !== undefined ? { url: gateway.url, secret } : null };
      await meta.setValue(dutySettingsCell, JSON.stringify(next), act);
      kept = next;
      return ok(undefined);
    },
  };
}
