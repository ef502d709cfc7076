// The box's one decision: absorb what happened, then close the gaps between what is wanted and what is.
import type { Moment } from '../../schemas/time.ts';
import { absorb } from './absorb.ts';
import { closeAgenda } from './agenda.ts';
import { closeService } from './at-horn.ts';
import { closeBeacon } from './beacon.ts';
import { closeBulletins } from './bulletins.ts';
import { closeCabinet } from './cabinet.ts';
import { closeClock } from './clock.ts';
import { closeContacts } from './contacts.ts';
import { closeOrders } from './emergency.ts';
import { closeFan } from './fan.ts';
import { closeHeldOrders } from './held.ts';
import { closeKeyEnds } from './key-ends.ts';
import { closeLive } from './live.ts';
import { closeMachine } from './machine.ts';
import { closeMains } from './mains.ts';
import { closeMedia } from './media.ts';
import { closeMeter } from './meter.ts';
import { closeMissed } from './missed-orders.ts';
import type { Decision, Event, State } from './model.ts';
import { closeModem } from './modem.ts';
import { closeUnsure } from './order-offers.ts';
import { closeAmplifiers, closeOutputList } from './outputs.ts';
import { closePlan } from './plans.ts';
import { closePlayback } from './playback.ts';
import { closeReceipts } from './receipts.ts';
import { closeReports } from './reports.ts';
import { type Rules, standardRules } from './rules.ts';
import { closeScreens } from './screens.ts';
import { closeTallies } from './showing-rows.ts';
import { closeShowings } from './showings.ts';
import { closeTakeovers } from './takeovers.ts';
import { closeTones } from './tones.ts';
import { closeTrial } from './trial.ts';
import { Turn } from './turn.ts';

/**
 * Pure and total. Rules read state, not the event, so the same code serves start-up, a changed plan, a stepped clock
 * and time passing. The order is fixed: what may sound is known before what sounds, and that before amplifiers.
 */
export function decide(now: Moment, state: State, event: Event, rules: Rules = standardRules): Decision {
  const turn = new Turn(now, state, rules);
  absorb(turn, event);
  closeClock(turn);
  closeOutputList(turn);
  closeTrial(turn);
  closePlan(turn);
  closeAgenda(turn);
  closeBulletins(turn);
  closeMedia(turn);
  closeMains(turn);
  closeModem(turn);
  closeMachine(turn);
  closeCabinet(turn);
  closeFan(turn);
  closeMeter(turn);
  closeService(turn);
  closeMissed(turn);
  closeKeyEnds(turn);
  closeContacts(turn);
  closeUnsure(turn);
  closeOrders(turn);
  closeHeldOrders(turn);
  closeTones(turn);
  closeLive(turn);
  closePlayback(turn);
  closeShowings(turn);
  closeTallies(turn);
  closeTakeovers(turn);
  closeBeacon(turn);
  closeAmplifiers(turn);
  closeScreens(turn);
  closeReceipts(turn);
  closeReports(turn);
  return turn.decision();
}
