// hardware/package: what each Debian package holds and asks for. Plain facts; the files named here stand in `parts/`.

const runtime = 'nodejs (>= 20.19), libc6 (>= 2.36), libstdc++6 (>= 12), libsystemd0, systemd, passwd';

/**
 * `bundles`: files of dist/. `pages`: folders of dist/. `home`: where the program lies. `releases`: it lies in a folder of its version
 * behind a link `current`, so that an update can stand beside it. `units`: enabled and started.
 */
export const products = {
  'loa-agent': {
    bundles: ['agent', 'guard'],
    optional: ['launcher'],
    pages: [],
    home: '/opt/loa/agent',
    releases: true,
    units: ['loa-agent.service'],
    depends: `${runtime}, libasound2t64 (>= 1.2) | libasound2 (>= 1.2), alsa-utils, mpg123, opus-tools`,
    recommends: 'espeak-ng, ffmpeg, network-manager, dnsmasq-base, polkitd',
    suggests: 'chromium, cog',
    summary: 'box of a commune loudspeaker cluster or public board',
    text: [
      'Loa runs the grassroots information system of communes in Vietnam:',
      'loudspeakers on poles, public boards, and the emergency orders that must',
      'always get through. This package is the box: it plays a signed week by',
      'itself, obeys signed orders only, and proves each play with one receipt.',
      'It runs under a guard that ends it when it hangs and opens its relays.',
    ],
  },
  'loa-controller': {
    bundles: ['controller', 'signer', 'gateway', 'sanitiser'],
    optional: [],
    pages: ['console', 'citizen'],
    home: '/opt/loa/controller',
    releases: false,
    units: ['loa-controller.service'],
    depends: `${runtime}, ffmpeg, mpg123, opus-tools, espeak-ng`,
    recommends: 'xmlsec1',
    suggests: 'postgresql',
    summary: 'operating centre of commune loudspeakers and boards',
    text: [
      'Loa runs the grassroots information system of communes in Vietnam. This',
      'package is the operating centre: schedules, approval, source information,',
      'emergency orders signed by officers, receipts and reports, with its broker',
      'inside.',
    ],
  },
  'loa-broker': {
    bundles: ['broker'],
    optional: [],
    pages: [],
    home: '/opt/loa/broker',
    releases: false,
    units: ['loa-broker.service'],
    depends: runtime,
    recommends: '',
    suggests: 'loa-controller',
    summary: 'message broker between operating centres and their boxes',
    text: [
      'Loa runs the grassroots information system of communes in Vietnam. This',
      'package is the broker alone, for centres with more boxes than one process',
      'should serve: mutual TLS, byte limits, and nothing kept on the disk.',
    ],
  },
};

/** Shared by the three maintainer scripts; `@NAME@`, `@UNITS@` and `@HOME@` are filled in. */
export const scripts = ['postinst', 'prerm', 'postrm'];
