// What a phone asks when it joins a Wi-Fi: it must show the box's page first, and then stay although there is no internet. Pure.

/** Where phones and laptops look, with the answer that satisfies them (observed behaviour of Android, iOS, Windows, Firefox, GNOME). */
const probes: Readonly<Record<string, CaptiveAnswer>> = {
  '/generate_204': { status: 204, body: '' },
  '/gen_204': { status: 204, body: '' },
  '/hotspot-detect.html': { status: 200, body: '<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>' },
  '/library/test/success.html': { status: 200, body: '<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>' },
  '/connecttest.txt': { status: 200, body: 'Microsoft Connect Test' },
  '/ncsi.txt': { status: 200, body: 'Microsoft NCSI' },
  '/success.txt': { status: 200, body: 'success\n' },
  '/canonical.html': {
    status: 200,
    body: '<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>',
  },
  '/check_network_status.txt': { status: 200, body: 'NetworkManager is online\n' },
};

export interface CaptiveAnswer {
  readonly status: 200 | 204 | 302;
  readonly body: string;
  /** Where the page is, with a 302. */
  readonly location?: string;
}

/**
 * For requests over the hotspot under any name but the box's own. A phone that has not seen the page is sent there: that is what
 * makes it open by itself. Once seen, the probe gets what it wants, so that the phone keeps the Wi-Fi.
 * Null: not ours to answer.
 */
export function captiveAnswer(method: string, path: string, pageSeen: boolean, pageAddress: string): CaptiveAnswer | null {
  if (method !== 'GET' && method !== 'HEAD') return null;
  const probe = Object.hasOwn(probes, path) ? probes[path] : undefined;
  if (probe && pageSeen) return probe;
  return { status: 302, body: '', location: pageAddress };
}
