// All benches as a reader meets them: what each measures, which of its figures count, by which bar and beside which peer of the same run.
import type { Bench } from './figures.ts';

const broker: readonly Bench[] = [
  {
    name: 'fanout',
    title: 'One message of 1 KB to every box',
    quick: ['--boxes', '200', '--passes', '1', '--rounds', '3'],
    figures: [
      {
        ...{ says: 'the last of them has it, warm', at: 'lastMs', unit: 'ms', atMost: { at: 'mosquittoLastMs', times: 2 } },
        peers: [
          { name: 'Mosquitto', at: 'mosquittoLastMs' },
          { name: 'bare sockets', at: 'floorLastMs' },
        ],
      },
      {
        ...{ says: 'processor for one box', at: 'cpuUs', unit: 'µs', atMost: { at: 'floorCpuUs', times: 2 } },
        peers: [
          { name: 'Mosquitto', at: 'mosquittoCpuUs' },
          { name: 'bare sockets', at: 'floorCpuUs' },
        ],
      },
      { says: 'memory of an idle connection', at: 'rssKb', unit: 'kB', atMost: 25 },
    ],
  },
  {
    name: 'frozen',
    title: 'Some boxes read nothing',
    quick: [],
    figures: [
      {
        ...{ says: 'the others wait at most', at: 'worstOtherMs', unit: 'ms', atMost: { at: 'worstWithoutMs', plus: 100 } },
        peers: [{ name: 'with none frozen', at: 'worstWithoutMs' }],
      },
    ],
  },
  {
    name: 'herd',
    title: 'All boxes come back at once',
    quick: ['--boxes', '1000', '--tls-boxes', '100', '--passes', '1', '--no-mosquitto'],
    figures: [
      {
        ...{ says: 'all are back, plain', at: 'seconds', unit: 's', atMost: 4 },
        peers: [
          { name: 'Mosquitto', at: 'mosquittoSeconds' },
          { name: 'bare sockets', at: 'floorSeconds' },
        ],
      },
      {
        ...{ says: 'all are back, mutual TLS', at: 'tlsSeconds', unit: 's', atMost: { at: 'tlsFloorSeconds', times: 1.3 } },
        peers: [{ name: 'bare TLS server', at: 'tlsFloorSeconds' }],
      },
    ],
  },
  {
    name: 'retained',
    title: 'Each box finds its own kept words',
    quick: ['--boxes', '500', '--passes', '1'],
    figures: [{ says: 'all have theirs', at: 'seconds', unit: 's', peers: [{ name: 'nothing kept', at: 'secondsWithNone' }] }],
  },
  {
    name: 'rebuild',
    title: 'A broker that comes back empty is told all again',
    quick: ['--boxes', '500'],
    figures: [
      { says: 'all is said again', at: 'allMs', unit: 'ms' },
      { says: 'words that were lost', at: 'lost', unit: '', atMost: 0 },
    ],
  },
];

const orders: readonly Bench[] = [
  {
    name: 'order',
    title: 'From an order to its first siren sample, one box',
    quick: ['--runs', '5', '--cold', '2'],
    figures: [
      { says: 'p99, amplifier on and playing', at: 'p99Ms', unit: 'ms', atMost: 150 },
      { says: 'p99, cold', at: 'coldP99Ms', unit: 'ms', atMost: { at: 'warmUpMs', plus: 350 } },
    ],
  },
  {
    name: 'order-fleet',
    title: 'From the press until every box’s “sounding” is in the tables',
    quick: ['--boxes', '50', '--runs', '1', '--no-herd'],
    figures: [
      { says: 'all boxes, amplifiers cold', at: 'allSoundingMs', unit: 'ms', atMost: 2_000 },
      { says: 'half of them', at: 'p50Ms', unit: 'ms' },
      { says: 'all boxes, amplifiers on', at: 'allSoundingArmedMs', unit: 'ms', atMost: 2_000 },
      { says: 'all ended by one stop', at: 'stopMs', unit: 'ms' },
    ],
  },
  {
    name: 'preempt',
    title: 'An order cuts into a programme',
    quick: ['--orders', '5'],
    figures: [
      { says: 'siren p99, output that can rewind', at: 'p99Ms', unit: 'ms', atMost: { at: 'barMs' } },
      { says: 'siren p99, output that cannot', at: 'p99NoRewindMs', unit: 'ms', atMost: { at: 'barNoRewindMs' } },
      { says: 'silence before the programme is back, p99', at: 'handBackGap.p99Ms', unit: 'ms' },
    ],
  },
  {
    name: 'citizen',
    title: 'Ten thousand readers of an alert in a minute',
    quick: ['--readers', '500', '--seconds', '20'],
    figures: [
      { says: 'a reader’s answer, p99', at: 'p99Ms', unit: 'ms' },
      { says: 'requests that were refused', at: 'refused', unit: '', atMost: 0 },
      { says: 'an order meanwhile, p99', at: 'orderP99Ms', unit: 'ms', peers: [{ name: 'without readers', at: 'orderAloneP99Ms' }] },
    ],
  },
];

const centre: readonly Bench[] = [
  {
    name: 'ingest',
    title: 'Rows of boxes, durable and acknowledged',
    quick: ['--boxes', '100', '--rates', '1000,2000', '--seconds', '2'],
    figures: [
      { says: 'rows a second', at: 'rowsPerSecond', unit: '/s', atLeast: 24_000 },
      { says: 'until the receipt, p99', at: 'ackP99Ms', unit: 'ms' },
      { says: 'rows that were lost', at: 'rowsLost', unit: '', atMost: 0 },
    ],
  },
  {
    name: 'signing',
    title: 'Signatures by the desk in its own process',
    quick: [],
    figures: [
      { says: 'signatures a second', at: 'perSecond', unit: '/s', peers: [{ name: 'in one process', at: 'inProcessPerSecond' }] },
      { says: 'an order under load, p99', at: 'loadedP99Ms', unit: 'ms' },
      { says: '10,000 wants signed', at: 'wants10kMs', unit: 'ms', atMost: 3_000 },
    ],
  },
  {
    name: 'api',
    title: 'REST of a province: 10,000 boxes, a million receipts',
    quick: ['--boxes', '500', '--receipts', '20000', '--store', 'sqlite'],
    figures: [
      { says: 'the slowest route, p99', at: 'sqlite.p99Ms', unit: 'ms', peers: [{ name: 'PostgreSQL', at: 'postgres.p99Ms' }] },
      { says: 'report of a year', at: 'sqlite.reportYearMs', unit: 'ms', peers: [{ name: 'PostgreSQL', at: 'postgres.reportYearMs' }] },
      { says: '10,000 wants without signatures', at: 'sqlite.wants10kMs', unit: 'ms', atMost: 1_000 },
    ],
  },
  {
    name: 'timeline',
    title: 'A week of 1,000 schedules',
    quick: [],
    figures: [{ says: 'p50', at: 'p50Ms', unit: 'ms', atMost: 50 }],
  },
];

const box: readonly Bench[] = [
  {
    name: 'agent-idle',
    title: 'An idle box program',
    quick: [],
    figures: [
      {
        ...{ says: 'memory', at: 'rssMb', unit: 'MB', atMost: { at: 'referenceRssMb', times: 1.25 } },
        peers: [{ name: 'its packages alone', at: 'referenceRssMb' }],
      },
      { says: 'ready after', at: 'readyMs', unit: 'ms', atMost: 1_000 },
    ],
  },
  {
    name: 'data',
    title: 'What an idle box costs its SIM',
    figures: [{ says: 'a month', at: 'mbPerMonth', unit: 'MB', atMost: 30 }],
  },
  {
    name: 'skew',
    title: 'Boxes with wrong crystals and clocks, in step',
    quick: ['--minutes', '1', '--starts', '5'],
    figures: [
      { says: 'apart while playing, p99', at: 'skewP99Ms', unit: 'ms', atMost: 1 },
      { says: 'start error, p99', at: 'startErrorP99Ms', unit: 'ms', atMost: 20 },
      { says: 'in step after a halt', at: 'xrunRecoveryMs', unit: 'ms' },
    ],
  },
  {
    name: 'skew-fake',
    title: 'The same in fake time, by the hundred',
    quick: ['--minutes', '2'],
    figures: [
      { says: 'apart at the start, p99', at: 'startSkewP99Ms', unit: 'ms', atMost: 1 },
      { says: 'apart while playing, p99', at: 'courseSkewP99Ms', unit: 'ms', atMost: 1 },
    ],
  },
  {
    name: 'peers',
    title: 'Two players told to begin together',
    quick: ['--trials', '5'],
    figures: [
      {
        ...{ says: 'apart at the start, p99', at: 'peers[peer=loa].startSkewP99Ms', unit: 'ms' },
        peers: ['mpv', 'ffmpeg | aplay', 'snapcast'].map((name) => ({ name, at: `peers[peer=${name}].startSkewP99Ms` })),
      },
    ],
  },
  {
    name: 'live',
    title: 'Live speech, microphone to loudspeaker',
    quick: ['--seconds', '20', '--boxes', '20', '--crowdSeconds', '5'],
    figures: [
      { says: 'away from its instant, p99', at: 'latencyErrorP99Ms', unit: 'ms' },
      { says: 'glitches', at: 'glitches', unit: '', atMost: 0 },
      { says: 'to all listeners, p99', at: 'fanoutDelayP99Ms', unit: 'ms' },
    ],
  },
  {
    name: 'ear',
    title: 'An ear at the horn, by rooms and noise',
    figures: [
      { says: 'heard and told so', at: 'heardRightPercent', unit: '%' },
      { says: 'silent, yet told as heard', at: 'falseYesPercent', unit: '%' },
    ],
  },
  {
    name: 'decoders',
    title: 'Decoders: from their start to the first sample',
    quick: [],
    figures: [
      {
        ...{ says: 'MP3', at: 'rows[decoder=mpg123].firstPcmMs', unit: 'ms' },
        peers: [{ name: 'ffmpeg', at: 'rows[decoder=ffmpeg].firstPcmMs' }],
      },
    ],
  },
];

const pages: readonly Bench[] = [
  {
    name: 'board',
    title: 'A board changes its page',
    quick: ['--switches', '50', '--swaps', '10', '--takeovers', '5'],
    figures: [
      { says: 'frames that are neither page', at: 'foreignFrames', unit: '', atMost: 0 },
      { says: 'an order takes the board, p99', at: 'takeoverP99Ms', unit: 'ms' },
      { says: 'pictures a second', at: 'fps', unit: '/s' },
    ],
  },
  {
    name: 'console',
    title: 'The console on an old office PC',
    quick: ['--loads', '3'],
    figures: [
      { says: 'first load, compressed', at: 'firstLoadKb', unit: 'KB', atMost: 200 },
      { says: 'usable after', at: 'usableMs', unit: 'ms', atMost: 1_000 },
      { says: 'the worst frame of a list of 10,000', at: 'listWorstFrameMs', unit: 'ms' },
    ],
  },
  {
    name: 'citizen-page',
    title: 'The residents’ app on a cheap phone',
    quick: ['--loads', '3'],
    figures: [
      { says: 'first load, compressed', at: 'firstLoadKb', unit: 'KB', atMost: 200 },
      { says: 'usable after', at: 'usableMs', unit: 'ms', atMost: 1_000 },
    ],
  },
];

/** In the order of the page. */
export const catalogue: readonly Bench[] = [...orders, ...broker, ...centre, ...box, ...pages];
