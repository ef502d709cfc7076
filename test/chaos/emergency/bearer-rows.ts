// The box's own line is lost for good: a dead certificate, a clock that is ten years off. The order comes over the second line.
import { defaultBoxSettings } from '../../../schemas/settings.ts';
import { monoNowMs } from '../../wire/ear.ts';
import { SmallCentre } from '../../wire/small-centre.ts';
import { policy } from '../../world/build.ts';
import { type Bed, must, soon, spoken, tone, withBed } from './bed.ts';
import { falseTimeLibrary } from './programs.ts';
import type { Row } from './row.ts';

const expiredDays = 900;

/** A commune under a province, its box with a line to both. */
export async function withTwoLines(run: (bed: Bed, province: SmallCentre) => Promise<string>): Promise<string> {
  const province = new SmallCentre('loa-9', ['tinh-08'], { id: 'tinh-08', area: '08', level: 'province' });
  await province.start();
  try {
    return await withBed({ groups: ['xa-1', 'tinh-08'], upper: province }, async (bed) => {
      const paths = { paths: [{ centre: province.id, url: `mqtts://127.0.0.1:${province.mqttPort}`, ca: province.ca }] };
      const outputs = [{ id: 'main', kind: 'loudspeaker' as const }];
      await bed.centre.want({ settings: { ...defaultBoxSettings, outputs, holdMs: 1_000, whenUnsure: 'sound' }, policy: policy(), paths });
      await soon('the second line', async () => (await bed.look()).upper?.up || undefined);
      return run(bed, province);
    });
  } finally {
    await province.stop();
  }
}

export function giveAbove(province: SmallCentre, id: string): Promise<void> {
  const body = spoken({ area: '08', level: 'province', times: 1 });
  return province.order([province.sign('order', 'g/tinh-08', body, { id })], [tone], 'tinh-08');
}

function expiredCertificate(): Promise<string> {
  return withTwoLines(async (bed, province) => {
    await bed.centre.ageCertificate(expiredDays);
    await bed.centre.broker.stop();
    await bed.centre.startBroker();
    await soon('the refusal', async () => {
      const { link } = await bed.look();
      return (!link.up && link.problem !== null) || undefined;
    });
    const refusals = () => /CERT_HAS_EXPIRED/.test(bed.program.stderr);
    await soon('the reason', () => refusals() || undefined);
    const fromMonoMs = monoNowMs();
    await giveAbove(province, 'p-1');
    const afterMs = await bed.soundsAfter(fromMonoMs, 5_000);
    await soon('its words', () => bed.speaks() || undefined, 5_000);
    must(!(await bed.look()).link.up, 'its own line came up with a dead certificate');
    return `own line refused; heard over the second after ${Math.round(afterMs)} ms`;
  });
}

function wrongClockSecondLine(): Promise<string> {
  return withTwoLines(async (bed, province) => {
    await bed.program.stop();
    await bed.centre.broker.stop();
    bed.program.env = { LD_PRELOAD: falseTimeLibrary, FAKETIME: '-10y', FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_RESET: '1' };
    await bed.startBox({ alone: true });
    await soon('the second line', async () => (await bed.look()).upper?.up || undefined, 15_000);
    const fromMonoMs = monoNowMs();
    await giveAbove(province, 'p-1');
    const afterMs = await bed.soundsAfter(fromMonoMs, 15_000);
    await soon('its words', () => bed.speaks() || undefined, 5_000);
    await bed.centre.startBroker();
    await soon('the row', () => bed.told('p-1', 'accepted')[0], 15_000);
    return `heard after ${(afterMs / 1000).toFixed(1)} s, nobody there to tell the time`;
  });
}

export const bearerRows: readonly Row[] = [
  {
    name: 'certificate-expired',
    done: 'the certificate of the box’s own broker has expired',
    holds: 'that line is refused; the province’s order is heard over the second line',
    run: expiredCertificate,
  },
  {
    name: 'clock-wrong-second-line',
    done: 'the box boots ten years back with its own broker gone (setting whenUnsure: sound)',
    holds: 'the second line comes up by issuer, key and name; the order is heard',
    needs: ['libfaketime'],
    run: wrongClockSecondLine,
  },
];
