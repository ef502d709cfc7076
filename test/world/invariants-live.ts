// What holds of live sound under every random life: authorised, within its time, one true receipt.
import type { Life } from './script.ts';
import { say, type Violation } from './violation.ts';

/** The longest fade, with a little for rounding. */
const fadeMs = 310;
const talkMsMax = 300_000;

/** 6: nothing live sounds without a verified announcement or a mandate, nor beyond its end. */
export function liveHeld({ world }: Life): Violation[] {
  const { trace } = world;
  const found: Violation[] = [];
  for (const one of trace.heard) {
    const { voice } = one;
    if (voice.kind !== 'live') continue;
    if (one.output === 'board') found.push(say('6 live on a board', trace, one.name));
    if (voice.session.startsWith('talk-')) {
      if (Math.min(one.toMs, world.nowMs()) - one.fromMs > talkMsMax + 1_000)
        found.push(say('6 long talk', trace, `${one.name} from ${one.fromMs}`));
      continue;
    }
    const said = trace.announced.find(({ session }) => session.session === voice.session && session.state === 'open');
    if (!said || said.atMs > one.fromMs) found.push(say('6 unauthorised', trace, `${one.name} at ${one.fromMs}`));
    else if (!trace.stepped && Math.min(one.toMs, world.nowMs()) > said.session.untilMs + 1_000)
      found.push(say('6 beyond its end', trace, `${one.name} until ${one.toMs}, allowed ${said.session.untilMs}`));
  }
  return found;
}

/** 6: a session that was taken ends in one receipt for the loudspeaker, and it says what was heard. */
export function liveReceipts({ world, endMs }: Life): Violation[] {
  const { trace } = world;
  const found: Violation[] = [];
  const receipts = trace.rows.flatMap(({ fact }) => (fact.kind === 'receipt' && fact.receipt.what === 'live' ? [fact.receipt] : []));
  const taken = trace.rows.flatMap(({ fact, committedAtMs }) =>
    fact.kind === 'live' && fact.state === 'accepted' ? [{ session: fact.session, committedAtMs }] : [],
  );
  for (const { session, committedAtMs } of taken) {
    const own = receipts.filter(({ occurrence }) => occurrence === `${session}@main`);
    if (own.length > 1) found.push(say('6 one receipt', trace, `${session} has ${own.length}`));
    if (own.length === 0 && !trace.stepped && committedAtMs < endMs - 4_000_000 && world.state.live.trustedSince)
      found.push(say('6 every session', trace, `${session} has no receipt`));
  }
  for (const { occurrence, audibleMs, reason } of receipts) {
    const session = occurrence.split('@')[0] ?? '';
    if (!taken.some((one) => one.session === session)) found.push(say('6 only taken', trace, `${occurrence} was never taken`));
    const plays = trace.heard.filter(({ name, output }) => name === `live ${session}` && output === 'main');
    const heardMs = plays.reduce((sum, play) => sum + Math.min(play.toMs, world.nowMs()) - play.fromMs, 0);
    const cuts = trace.off.filter(({ fromMs }) => plays.some((play) => play.toMs === fromMs)).length;
    const slackMs = 1_500 + cuts * 7_000 + plays.length * fadeMs;
    if (Math.abs(audibleMs - heardMs) > slackMs && !(audibleMs < heardMs && reason === 'output-failed'))
      found.push(say('6 true receipt', trace, `${occurrence} says ${audibleMs} ms, heard ${heardMs}`));
  }
  return found;
}
