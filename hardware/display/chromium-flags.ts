// What Chromium is told at its start: nothing leaves the machine, nothing asks a person, and each bulletin has a process of its own.

export interface FlagWishes {
  /** Full screen on a real display; otherwise headless. */
  readonly kiosk: boolean;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly profile: string;
  /** Chromium refuses its own sandbox to root. */
  readonly root: boolean;
  readonly memoryBytes: number;
  /** The one origin that is found, on this machine. */
  readonly filmsFrom?: string | undefined;
  /** More of them, for benches. */
  readonly extra?: readonly string[];
}

/** Boards with less are told to save memory; it makes larger ones slower for nothing. */
export const lowMemoryBytes = 1.5 * 1024 ** 3;

/** No component phones home. */
const quietFlags = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-client-side-phishing-detection',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-sync',
  '--disable-breakpad',
  '--no-pings',
  '--no-first-run',
  '--no-default-browser-check',
  '--metrics-recording-only',
  '--password-store=basic',
  '--disable-notifications',
  '--disable-dev-shm-usage',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
];
const screenFlags = [
  '--hide-scrollbars',
  '--mute-audio',
  '--autoplay-policy=no-user-gesture-required',
  '--force-device-scale-factor=1',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-hang-monitor',
  '--noerrdialogs',
  '--disable-infobars',
  '--disable-session-crashed-bubble',
  // No bar about the flags themselves, no dialogue of any kind.
  '--test-type',
  '--lang=vi',
];
const lowMemoryFlags = ['--enable-low-end-device-mode', '--renderer-process-limit=2', '--js-flags=--max-old-space-size=64'];

/**
 * Asks a person before a page may reach this machine; nobody is there to answer. Left out only where films are served, which the
 * resolver's one name and the policies hold to one port.
 */
const askingForLoopback = 'LocalNetworkAccessChecks';
/** Where the machine decodes films in hardware; without it they are decoded all the same. */
const hardwareFilms = ['AcceleratedVideoDecodeLinuxGL', 'AcceleratedVideoDecodeLinuxZeroCopyGL'];

/** Features that only cost here. A second `--disable-features` would undo the first, so there is one list. */
const unwanted = [
  'Translate',
  'MediaRouter',
  'OptimizationHints',
  'AutofillServerCommunication',
  'CertificateTransparencyComponentUpdater',
  'BackForwardCache',
  'SpareRendererForSitePerProcess',
  'Prerender2',
  'SpeculationRulesPrefetchFuture',
];
/**
 * One process for each sandboxed document. By default they share one: a bulletin that hangs it then holds back the next and
 * the order as well. Alone it ends with its frame.
 */
const wanted = ['IsolateSandboxedIframes:grouping/per-document'];

/** No name and no address is found, the machine's own among them: a policy alone does not hold back a preconnect. */
function resolverRules(filmsFrom: string | undefined): string {
  const films = filmsFrom === undefined ? '' : `MAP ${new URL(filmsFrom).host} ${new URL(filmsFrom).host}, `;
  return `--host-resolver-rules=${films}MAP * ~NOTFOUND`;
}

export function chromiumFlags(wishes: FlagWishes): string[] {
  return [
    ...(wishes.kiosk ? ['--kiosk', '--start-fullscreen', '--window-position=0,0'] : ['--headless=new', '--disable-gpu']),
    '--remote-debugging-pipe',
    `--user-data-dir=${wishes.profile}`,
    `--window-size=${wishes.widthPx},${wishes.heightPx}`,
    // A box never runs the browser as root.
    ...(wishes.root ? ['--no-sandbox'] : []),
    resolverRules(wishes.filmsFrom),
    ...quietFlags,
    ...screenFlags,
    ...(wishes.memoryBytes <= lowMemoryBytes ? lowMemoryFlags : []),
    `--disable-features=${[...unwanted, ...(wishes.filmsFrom === undefined ? [] : [askingForLoopback])].join(',')}`,
    `--enable-features=${[...wanted, ...(wishes.kiosk ? hardwareFilms : [])].join(',')}`,
    ...(wishes.extra ?? []),
    'about:blank',
  ];
}

/** Of memory of its own a process of the browser may take; the kernel ends the one that asks for more, and the others live on. */
export function processBytesMax(memoryBytes: number): number {
  return Math.round(Math.min(1024 ** 3, Math.max(320 * 1024 ** 2, memoryBytes * 0.4)));
}
