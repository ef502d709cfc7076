// Which addresses a relay may be pulled from. A scheduler names the address; what leads back into this machine is refused.
import { isIP } from 'node:net';
import { bad, ok, type Result } from '../../schemas/problems.ts';

/**
 * Refused: this machine itself, link-local ranges (cloud metadata lives there), multicast and the unspecified address.
 * Private ranges are allowed: upper stations are reached through VPNs. A demo may pull from itself.
 */
export function mayPullFrom(address: string, demo: boolean): Result<void> {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  const refused = isIP(plain) === 4 ? refusedV4(plain, demo) : refusedV6(plain, demo);
  return refused ? bad('not-allowed', `no relay is pulled from ${address}`, '/url') : ok(undefined);
}

function refusedV4(address: string, demo: boolean): boolean {
  const [a = 0, b = 0] = address.split('.').map(Number);
  return (a === 127 && !demo) || a === 0 || a >= 224 || (a === 169 && b === 254);
}

function refusedV6(address: string, demo: boolean): boolean {
  if (address === '::1') return !demo;
  return address === '::' || /^(fe[89ab]|ff|::ffff:)/.test(address);
}
