// How a board changes: a thousand switches with every composited frame judged, and a kiosk beside it for speed and memory.
import { parseArgs } from 'node:util';
import { findChromium } from '../../hardware/display/chromium-browser.ts';
import { findProgram } from '../../hardware/host/processes.ts';
import { type KioskFound, runKiosk } from './parts/board-kiosk.ts';
import { type SwitchesFound, switchBoards } from './parts/board-switches.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    switches: { type: 'string', default: '1000' },
    swaps: { type: 'string', default: '200' },
    takeovers: { type: 'string', default: '100' },
    /** `white`: paint a white screen now and then, which must be counted. */
    plant: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
  },
  allowPositionals: true,
  strict: false,
});

const say = (line: string) => values['json'] !== true && console.log(line);
const shell = findProgram('chromium-headless-shell');
const chromium = findChromium();
const missing = [
  ...(shell === undefined ? ['chromium-headless-shell'] : []),
  ...(chromium === undefined ? ['chromium'] : []),
  ...(findProgram('Xvfb') === undefined ? ['xvfb'] : []),
];
if (missing.length > 0) console.log(`left out what needs them: sudo apt-get install ${missing.join(' ')}`);

let switched: SwitchesFound | undefined;
if (shell !== undefined && values['only'] !== 'kiosk')
  switched = await switchBoards({ executable: shell, switches: Number(values['switches']), plantWhite: values['plant'] === 'white', say });

let kiosk: KioskFound | undefined;
if (chromium !== undefined && findProgram('Xvfb') !== undefined && values['only'] !== 'switches')
  kiosk = await runKiosk({
    executable: chromium,
    swaps: Number(values['swaps']),
    takeovers: Number(values['takeovers']),
    fpsSeconds: 5,
    say,
  });

const measured = {
  switches: switched?.switches ?? null,
  foreignFrames: switched?.foreignFrames ?? null,
  swapP95Ms: kiosk?.swapP95Ms ?? null,
  takeoverP99Ms: kiosk?.takeoverP99Ms ?? null,
  browserPssMb: kiosk?.browserPssMb ?? null,
  fps: kiosk?.fps ?? null,
  grabbedFps: kiosk?.grabbedFps ?? null,
  frames: switched?.frames ?? null,
  unseenFrames: switched?.unseenFrames ?? null,
  planted: switched?.planted ?? null,
  swapP50Ms: kiosk?.swapP50Ms ?? null,
  takeoverP50Ms: kiosk?.takeoverP50Ms ?? null,
  grabs: kiosk?.grabs ?? null,
  foreignGrabs: kiosk?.foreignGrabs ?? null,
  missing,
};
console.log(JSON.stringify(measured));
process.exit(0);
