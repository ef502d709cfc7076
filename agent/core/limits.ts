// Limits and times of the rules that are nobody's setting.
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Planned plays older than this get one row for the whole range. */
export const lookBackMs = 31 * dayMs;
/** Items of plays within this are fetched ahead and never evicted. */
export const aheadMs = 7 * dayMs;
/** The agenda reaches a day further, so that it is made anew once a day. */
export const agendaReachMs = aheadMs + dayMs;
export const receiptsPerDecisionMax = 200;

/** A schedule that never joins late may still begin this late, in its right position. */
export const punctualMs = 5_000;
/** A late start is aimed this far ahead, so that boxes that join late are in step. */
export const joinLeadMs = 300;
/** A sound may run this much over its planned length before it is cut. */
export const overrunMs = 5_000;
/** A higher play takes the output this long before its start: fade and pre-roll. */
export const handOverMs = 1_500;
/** Two plays may meet with this much overlap without one cutting the other. */
export const meetMs = 1_000;
/** Time a relay sequence may take beside the warm-up. */
export const relayMs = 1_000;
/** Steps of the wall clock smaller than this do not re-arm a play. */
export const stepMs = 50;
/** The whole sound may be missing this much and still count as played. */
export const shortfallMs = 2_000;

/** A booted box waits this long for its plan before it sounds with default settings. */
export const planPatienceMs = 2_000;

/** A board is told its next page a pre-roll and this ahead: it is written down, read and laid ready in that time. */
export const pagesAheadMs = 1_000;
/** Bulletins that wait for their files so long are told as a fault. */
export const bulletinsPatienceMs = 60_000;

/** Outcomes that never come are given up after these. */
export const amplifierAnswerMs = 10_000;
export const startAnswerMs = 10_000;
export const stopAnswerMs = 5_000;
/** A player that sounds and says nothing for two paces of progress and this is asked once more, then given up. */
export const wordSlackMs = 5_000;
export const lastWordMs = 3_000;
/** A programme whose device failed at once is begun again after so long at the earliest. */
export const deviceRestMs = 2_000;

/** Between programmes a soft ramp, under an emergency the shortest that is no click. */
export const fadeEmergencyMs = 5;
export const fadeMs = 125;

/** Orders: time to learn the time, tolerance of a centre's clock, what is remembered. */
export const unsureMs = 5_000;
export const clockToleranceMs = 30_000;
export const activeOrdersMax = 16;
export const latchedMax = 256;
export const latchMs = dayMs;
/** Refusals of signed documents told in an hour. */
export const refusalsPerHourMax = 128;
export const drillShownMinMs = 20_000;

/** The key switch is held this long. */
export const keyHoldMs = 3_000;
/** Told of an order that does not come; heartbeats come each five minutes, and soon after orders have changed. */
export const ordersMissedMs = 10_000;
export const heartbeatMissedMs = 15 * 60_000;
export const heartbeatSoonMs = 310_000;

export const commandsRememberedMax = 64;
export const toneWaitMs = 10_000;
/** The tone while the button is held; released sooner, it ends sooner. */
export const toneHeldMaxMs = 10_000;
export const toneFadeInMs = 2_000;
export const toneHz = 440;
export const toneGainDb = -20;

export const fetchesAtOnceMax = 2;
export const freeBytesMin = 64 * 1024 * 1024;
export const diskLowBytes = 200 * 1024 * 1024;
export const hotC = 80;
export const askWantAfterMs = 30_000;

/** Reports are told at most this often, and look this far for the next play. */
export const reportEveryMs = 2_000;
export const lookAheadMs = dayMs;
/** After an order was taken they wait this long. */
export const receiptsFirstMs = 2_000;

/** Service mode: at most, PIN and button within, what is left is written down each, the countdown and its patience. */
export const serviceMaxMs = 2 * hourMs;
export const buttonNearMs = 30_000;
export const serviceMarkMs = 60_000;
export const countdownMs = 10_000;
export const countdownWithinMs = 20_000;
/** The mains input has to say the same this long. */
export const mainsSettleMs = 2_000;

/** A play that its hours cut short is worth beginning for this much. */
export const worthHearingMs = 5_000;
/** It is told to stop this long before: queue and fade are over when the hours end. */
export const cutMarginMs = 1_000;

/** Live: sessions at once, ids remembered, how long a box without a stream keeps its amplifier warm for one. */
export const sessionsAtOnceMax = 4;
export const sessionsLatchedMax = 64;
export const liveWarmMs = 3_000;
/** A session is cut this long before its hours end: the fade is over by then. */
export const liveMarginMs = 1_000;
/** Taken so long after its opening, a session was joined late. */
export const liveLateMs = 10_000;
export const talkDelayMs = 300;

/** A screen's page and power answer within so long; then they have failed, and are told again. */
export const screenAnswerMs = 30_000;
export const screenRetryMs = 60_000;
/** Said again: a television that lost its mains, or was switched by hand, comes back to what it should be. */
export const screenAgainMs = 600_000;
export const pictureEveryMs = 10_000;
export const pictureWithinMs = 60_000;
/** A board tested by hand is dark this long. */
export const screenTestMs = 3_000;
