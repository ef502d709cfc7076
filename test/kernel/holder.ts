// Holds an amplifier on until it is killed: `holder SETTINGS` with the board's settings as JSON; says {"event":"on"} when both relays are closed.
import { openBoard } from '../../hardware/open-board.ts';

const opened = await openBoard(JSON.parse(process.argv[2] ?? '{}'));
if (!opened.ok) throw new Error(`${opened.problem.code}: ${opened.problem.detail}`);
const board = opened.value;
setInterval(() => board.feedWatchdog(), 200);
const { problem } = await board.switchAmplifier('main', true);
if (problem) throw new Error(`${problem.code}: ${problem.detail}`);
process.stdout.write(`${JSON.stringify({ event: 'on' })}\n`);
