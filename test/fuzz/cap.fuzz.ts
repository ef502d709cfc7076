// Alerts from outside: any bytes end in a known verdict, what is read can be written and read again as the same alert, and what the centre
// is told of it fits its own shape. Feeds are cut into such messages.
import * as v from 'valibot';
import { heardOf } from '../../controller/core/heard-alert.ts';
import { gate } from '../../controller/emergency/cap/gate.ts';
import { digestOf, emptyHistory } from '../../controller/emergency/cap/history.ts';
import { judge } from '../../controller/emergency/cap/judge.ts';
import { parse } from '../../controller/emergency/cap/parse.ts';
import { capCodes } from '../../controller/emergency/cap/verdict-codes.ts';
import { writeAlert } from '../../controller/emergency/cap/write.ts';
import { readFeed } from '../../controller/emergency/gateway/feed.ts';
import { FeedRead, HeardAlert } from '../../controller/emergency/gateway/heard.ts';
import { sampleAsk } from '../../controller/emergency/gateway/sample.ts';
import { holds, judged, modeOf } from './judged.ts';

const nowMs = Date.UTC(2026, 10, 22, 22, 40);
const known = new Set(Object.values(capCodes).flatMap((codes) => Object.keys(codes)));
const { places } = sampleAsk(1).source;
const area = {
  places: places.map(({ area, codes, centre, outline }) => ({ area, codes, ...(centre && { centre }), ...(outline && { outline }) })),
};

export function fuzz(data: Buffer): void {
  judged(() => {
    const [mode, rest] = modeOf(data, 2);
    if (mode === 0) message(rest);
    else feed(rest);
  });
}

function message(bytes: Uint8Array): void {
  const text = gate(bytes);
  const read = text.ok ? parse(text.value) : text;
  if (!read.ok) {
    told(read.verdict);
    return;
  }
  const { alert } = read.value;
  const judgement = judge(alert, { nowMs, history: emptyHistory, source: { id: 'any' }, signature: { is: 'absent' }, area });
  told(judgement.verdict);
  const heard = v.safeParse(HeardAlert, heardOf(alert, { places, covers: judgement.covers, nowMs }));
  holds(heard.success, `the centre would refuse what it is told: ${heard.issues?.[0]?.message}`);
  const again = gate(Buffer.from(writeAlert(alert)));
  const back = again.ok ? parse(again.value) : again;
  holds(back.ok, `what was read is refused when it is written: ${back.ok ? '' : `${back.verdict.code} ${back.verdict.reason}`}`);
  holds(digestOf(back.value.alert) === digestOf(withoutBytes(alert)), `written and read again it is another alert: ${writeAlert(alert)}`);
}

/** Bytes of resources are not kept, so they are not written. */
function withoutBytes(alert: Parameters<typeof digestOf>[0]): Parameters<typeof digestOf>[0] {
  const infos = alert.infos.map((info) => ({
    ...info,
    resources: info.resources.map(({ inlineBytes: _, inlineSha256: __, ...resource }) => resource),
  }));
  return { ...alert, infos };
}

function told({ code, reason }: { readonly code: string; readonly reason: string }): void {
  holds(known.has(code), `verdict ${code}`);
  holds(!/[\p{Cc}\n]/u.test(reason), 'a reason of more than one line');
}

function feed(bytes: Uint8Array): void {
  const text = gate(bytes);
  const read = text.ok ? readFeed(text.value) : undefined;
  if (!read?.ok) return;
  holds(v.safeParse(FeedRead, read.value).success, 'a feed was read as none');
  for (const { cap } of read.value.entries.slice(0, 20)) if (cap !== undefined) message(Buffer.from(cap));
}
