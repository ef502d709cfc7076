// By which way somebody reaches the page: only what cannot be reached from the street or the neighbour's network may act. Pure.

export type Way = 'loopback' | 'hotspot' | 'usb' | 'lan';

export interface InterfaceSeen {
  readonly name: string;
  /** IPv4, dotted. */
  readonly address: string;
  /** Length of the network part, bits. */
  readonly prefix: number;
  readonly role: Exclude<Way, 'loopback'>;
}

/**
 * The local address decides: it names the interface the packet was meant for. Linux takes packets for any of its addresses on any
 * interface, so the other end must also be of that interface's network: answers to a stranger would go out where he cannot hear them.
 * Two interfaces with one network give the lesser right.
 */
export function wayOf(localAddress: string, remoteAddress: string, interfaces: readonly InterfaceSeen[]): Way {
  const [local, remote] = [plain(localAddress), plain(remoteAddress)];
  if (isLoopback(local)) return isLoopback(remote) ? 'loopback' : 'lan';
  const near = interfaces.filter(({ address, prefix }) => sameNetwork(address, remote, prefix));
  if (near.length !== 1) return 'lan';
  const [only] = near;
  return only?.address === local ? only.role : 'lan';
}

/** Acts need a way that somebody at the box has opened, or a cable, or TLS; and the PIN beside it. */
export function mayActBy(way: Way, tls: boolean): boolean {
  return way !== 'lan' || tls;
}

export interface RoleHints {
  /** The fixed address of the hotspot while it is open. */
  readonly hotspotAddress: string | null;
  /** Names of USB network interfaces. */
  readonly usb: readonly string[];
}

type Listed = Readonly<
  Record<string, readonly { readonly family: string; readonly address: string; readonly cidr: string | null }[] | undefined>
>;

/** The machine's interfaces (as `os.networkInterfaces` lists them), each with what it is for. */
export function interfacesOf(listed: Listed, { hotspotAddress, usb }: RoleHints): InterfaceSeen[] {
  return Object.entries(listed).flatMap(([name, addresses]) =>
    (addresses ?? []).flatMap(({ family, address, cidr }) => {
      const prefix = Number(cidr?.split('/')[1]);
      if (family !== 'IPv4' || !Number.isInteger(prefix) || isLoopback(address)) return [];
      const role = address === hotspotAddress ? ('hotspot' as const) : usb.includes(name) ? ('usb' as const) : ('lan' as const);
      return [{ name, address, prefix, role }];
    }),
  );
}

/** IPv4 in its IPv6 dress is IPv4. */
function plain(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
}

function sameNetwork(a: string, b: string, prefix: number): boolean {
  const [x, y] = [bits(a), bits(b)];
  if (x === undefined || y === undefined || prefix < 8 || prefix > 32) return false;
  const size = 2 ** (32 - prefix);
  return Math.floor(x / size) === Math.floor(y / size);
}

function bits(address: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  const parts = match?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
