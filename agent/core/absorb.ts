// Absorb what happened into the state: one place per event, exhaustive.
// LONG: every event of a box is named here once, with what takes it.

import { askService, buttonPressed } from './at-horn.ts';
import { cabinetChanged } from './cabinet.ts';
import { muteHere, offerClear, offerCommand } from './commands.ts';
import { contactsRead, switchChanged } from './contacts.ts';
import { refuse } from './emergency.ts';
import { endFault, raiseFault } from './faults.ts';
import { keysUntil } from './key-ends.ts';
import { liveReceiving, offerLive } from './live.ts';
import { askLocalStart, endLocal } from './local-orders.ts';
import { mainsChanged } from './mains.ts';
import { cacheSeen, fetchEnded, forgetWaits } from './media.ts';
import { heartbeatCame, lineChanged, orderSeen } from './missed-orders.ts';
import type { Event } from './model.ts';
import { endRevoked, offerOrder } from './order-offers.ts';
import { playbackOver, playbackProgressed, playbackStarted, sourceFailed } from './outcomes.ts';
import { amplifierLost, amplifierSwitched, outputFailed, outputReady } from './outputs.ts';
import { offerWant, planLoaded, planRefused } from './plans.ts';
import { earCalibrated, soundHeard } from './proofs.ts';
import { closeLastBoot } from './receipts.ts';
import { pictureTaken, screenSwitched, testScreens } from './screens.ts';
import { showingEnded, showingPainted } from './showings.ts';
import { offerSms } from './sms-orders.ts';
import { talkHere } from './talk.ts';
import { askToneHere } from './tones.ts';
import { centreMet, trialAtBoot, trialBegun, trialEnded } from './trial.ts';
import type { Turn } from './turn.ts';
import { be as beWired, isWired, type WiredEvent } from './wired.ts';

export function absorb(turn: Turn, event: Event) {
  if (isWired(event)) return absorbWired(turn, event);
  switch (event.is) {
    case 'booted':
      keysUntil(turn, event);
      return booted(turn, event);
    case 'timePassed':
    case 'clockChanged':
      return;
    case 'wantOffered':
      return offerWant(turn, event.opened, event.want);
    case 'planLoaded':
      return planLoaded(turn, event);
    case 'planRefused':
      return planRefused(turn, event);
    case 'orderOffered':
    case 'keysChanged':
    case 'clearOffered':
      return absorbOrder(turn, event);
    case 'envelopeRefused':
      return envelopeRefused(turn, event);
    case 'commandOffered':
      return offerCommand(turn, event.opened, event.command);
    case 'linkChanged':
    case 'upperChanged':
    case 'heartbeatCame':
    case 'centreAnswered':
      return absorbLine(turn, event);
    case 'rowsAcked':
    case 'cacheSeen':
    case 'fetchEnded':
      return absorbStore(turn, event);
    case 'playbackStarted':
    case 'playbackProgressed':
    case 'playbackEnded':
    case 'sourceFailed':
    case 'showingPainted':
    case 'showingEnded':
      return absorbPlay(turn, event);
    case 'amplifierSwitched':
    case 'amplifierLost':
    case 'outputFailed':
    case 'outputReady':
    case 'soundHeard':
    case 'earCalibrated':
    case 'trialBegun':
    case 'trialEnded':
    case 'troubleSeen':
    case 'screenSwitched':
    case 'pictureTaken':
    case 'healthSampled':
      return absorbDevice(turn, event);
    case 'liveOffered':
    case 'liveReceiving':
      return absorbLive(turn, event);
    default:
      return absorbHere(turn, event);
  }
}

/** Orders, and who may give them. */
function absorbOrder(turn: Turn, event: Event & { is: 'orderOffered' | 'keysChanged' | 'clearOffered' }) {
  if (event.is === 'orderOffered') return offerOrder(turn, event);
  if (event.is === 'clearOffered') return offerClear(turn, event.opened, event.clear);
  keysUntil(turn, event);
  return endRevoked(turn, event.keyids);
}

/** What is kept here, and what the centre has. */
function absorbStore(turn: Turn, event: Event & { is: 'rowsAcked' | 'cacheSeen' | 'fetchEnded' }) {
  if (event.is === 'rowsAcked') return rowsAcked(turn, event.epoch, event.upto);
  return event.is === 'cacheSeen' ? cacheSeen(turn, event) : fetchEnded(turn, event);
}

/** What modem, meter and fan say. */
function absorbWired(turn: Turn, event: WiredEvent) {
  switch (event.is) {
    case 'modemSeen':
      return beWired(turn, { modem: event.modem });
    case 'trafficSeen':
      return beWired(turn, { traffic: { monthBytes: event.monthBytes, budgetBytes: event.budgetBytes } });
    case 'meterSeen':
      return beWired(turn, { meter: { measured: event.measured, detail: event.detail, levelDb: event.levelDb } });
    case 'fanSeen':
      return beWired(turn, { fanPercent: event.percent });
    case 'smsOrderOffered':
      return offerSms(turn, event);
    default:
      event satisfies never;
  }
}

/** What is known of the lines to the centres. */
function absorbLine(turn: Turn, event: Event & { is: 'linkChanged' | 'upperChanged' | 'heartbeatCame' | 'centreAnswered' }): void {
  if (event.is === 'linkChanged') linkChanged(turn, event.up);
  else if (event.is === 'upperChanged') lineChanged(turn, 'upper', event.up, event.centre);
  else {
    if (event.is === 'heartbeatCame') heartbeatCame(turn, event);
    if ((event.is === 'centreAnswered' || event.line === 'own') && turn.live.linkUp) centreMet(turn);
  }
}

function absorbLive(turn: Turn, event: Event & { is: 'liveOffered' | 'liveReceiving' }) {
  return event.is === 'liveOffered' ? offerLive(turn, event.opened, event.session) : liveReceiving(turn, event);
}

type PlayEvent = Event & {
  is: 'playbackStarted' | 'playbackProgressed' | 'playbackEnded' | 'sourceFailed' | 'showingPainted' | 'showingEnded';
};

/** What a player says of what it was given. */
function absorbPlay(turn: Turn, event: PlayEvent) {
  switch (event.is) {
    case 'playbackStarted':
      return playbackStarted(turn, event);
    case 'playbackProgressed':
      return playbackProgressed(turn, event);
    case 'playbackEnded':
      return playbackOver(turn, event);
    case 'sourceFailed':
      return sourceFailed(turn, event);
    case 'showingPainted':
      return showingPainted(turn, event);
    case 'showingEnded':
      return showingEnded(turn, event);
    default:
      event satisfies never;
  }
}

type DeviceEvent = Event & {
  is:
    | 'amplifierSwitched'
    | 'amplifierLost'
    | 'outputFailed'
    | 'outputReady'
    | 'soundHeard'
    | 'earCalibrated'
    | 'trialBegun'
    | 'trialEnded'
    | 'troubleSeen'
    | 'screenSwitched'
    | 'pictureTaken'
    | 'healthSampled';
};

/** What became of the box's own parts. */
function absorbDevice(turn: Turn, event: DeviceEvent) {
  switch (event.is) {
    case 'amplifierSwitched':
      return amplifierSwitched(turn, event);
    case 'amplifierLost':
      return amplifierLost(turn, event);
    case 'outputFailed':
      return outputFailed(turn, event);
    case 'outputReady':
      return outputReady(turn, event);
    case 'soundHeard':
      return soundHeard(turn, event);
    case 'earCalibrated':
      return earCalibrated(turn, event);
    case 'trialBegun':
      return trialBegun(turn, event);
    case 'trialEnded':
      return trialEnded(turn, event);
    case 'troubleSeen':
      if (event.problem) return raiseFault(turn, event.trouble, `${event.problem.code}: ${event.problem.detail}`);
      return endFault(turn, event.trouble);
    case 'healthSampled':
      return turn.be({ telemetry: { ...turn.live.telemetry, sample: event.sample } });
    case 'screenSwitched':
      return screenSwitched(turn, event);
    case 'pictureTaken':
      return pictureTaken(turn, event);
    default:
      event satisfies never;
  }
}

type HereEvent = Event & {
  is:
    | 'acceptanceSigned'
    | 'toneAsked'
    | 'screenTestAsked'
    | 'doneHere'
    | 'mutedHere'
    | 'talkAsked'
    | 'serviceAsked'
    | 'inputChanged'
    | 'localOrdersRead'
    | 'localStartAsked'
    | 'localEndAsked'
    | 'updateTold';
};

/** What somebody at the box did. */
function absorbHere(turn: Turn, event: HereEvent) {
  switch (event.is) {
    case 'toneAsked':
      return askToneHere(turn, event);
    case 'screenTestAsked':
      return testScreens(turn);
    case 'doneHere':
      return turn.tell({ kind: 'act', act: event.act, detail: event.detail.slice(0, 200) });
    case 'acceptanceSigned':
      turn.tell({ kind: 'acceptance', record: event.record });
      return turn.urgent();
    case 'mutedHere':
      return muteHere(turn, event.muted, event.by);
    case 'talkAsked':
      return talkHere(turn, event);
    case 'serviceAsked':
      return askService(turn, event);
    case 'inputChanged':
      return inputChanged(turn, event);
    case 'localOrdersRead':
      turn.be({ local: { ...turn.live.local, orders: event.orders, contacts: event.contacts, refused: event.refused ?? [] } });
      return contactsRead(turn);
    case 'localStartAsked':
      return askLocalStart(turn, event);
    case 'localEndAsked':
      return endLocalHere(turn, event.by);
    case 'updateTold':
      turn.tell(event.fact);
      return turn.urgent();
    default:
      event satisfies never;
  }
}

function inputChanged(turn: Turn, { input, on }: Event & { is: 'inputChanged' }): void {
  if (input === 'mains') mainsChanged(turn, on);
  else if (input === 'tamper') cabinetChanged(turn, on);
  else if (input === 'button' && on) {
    endLocalHere(turn, 'button');
    buttonPressed(turn);
  } else if (input === 'key' || input === 'contact-1' || input === 'contact-2') switchChanged(turn, input, on);
}

function endLocalHere(turn: Turn, by: string): void {
  if (!turn.kept.orders.active.some(({ here }) => here)) return;
  endLocal(turn);
  turn.tell({ kind: 'act', act: 'local-end', detail: by.slice(0, 200) });
}

function booted(turn: Turn, event: Event & { is: 'booted' }): void {
  const { boot, version, hardware, outputs = [] } = event;
  turn.be({ boot, version, bootedAt: turn.now, ownOutputs: outputs, ...(hardware ? { hardware } : {}) });
  closeLastBoot(turn);
  trialAtBoot(turn);
  if (turn.kept.retiring) turn.act({ do: 'retire' });
  turn.urgent();
}

/** Orders that fail verification leave their own row; anything else is a fault of the moment. */
function envelopeRefused(turn: Turn, event: Event & { is: 'envelopeRefused' }) {
  if (event.opened) orderSeen(turn, event.opened, event.topic.endsWith('/drill') ? 'drill' : 'order');
  if (/\/(order|drill)$/.test(event.topic)) return refuse(turn, event.id, event.problem);
  turn.tell({ kind: 'fault', fault: 'envelope-refused', state: 'raised', detail: `${event.topic}: ${event.problem.detail}`.slice(0, 300) });
}

function linkChanged(turn: Turn, up: boolean): void {
  if (up === turn.live.linkUp) return;
  if (up) forgetWaits(turn);
  lineChanged(turn, 'own', up);
  // A new connection starts from nothing: presence and report are told again.
  turn.be({ linkUp: up, told: { report: '', presence: '', clock: null }, reportAtMonoMs: null });
}

function rowsAcked(turn: Turn, epoch: string, upto: number): void {
  const { rows } = turn.live;
  if (rows.epoch === epoch && upto <= rows.acked) return;
  turn.be({ rows: { epoch, acked: upto } });
  turn.act({ do: 'forgetRows', epoch, upto });
}
