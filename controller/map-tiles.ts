// A server of map pictures, where the operator has one: without it the map asks nothing of strangers.
import type { MapTiles } from '../schemas/map-tiles.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';

const addressMax = 300;
const creditMax = 120;

/** `https://HOST/…{z}…{x}…{y}…`; plain HTTP at this machine alone. Problem: bad-input. */
export function readMapTiles(template: string, credit: string): Result<MapTiles> {
  if (template.length > addressMax || credit.length > creditMax) return bad('bad-input', `--map-tiles: at most ${addressMax} characters`);
  const lacking = ['{z}', '{x}', '{y}'].filter((part) => !template.includes(part));
  if (lacking.length > 0) return bad('bad-input', `--map-tiles lacks ${lacking.join(', ')}`);
  // The map fills in these three; at any other it stops with an error, and every page of it stays grey.
  const strange = /\{(?![xyz]\})[^}]*\}?/.exec(template);
  if (strange) return bad('bad-input', `--map-tiles: ${strange[0]} is nothing that the map fills in`);
  let url: URL;
  try {
    url = new URL(template);
  } catch {
    return bad('bad-input', '--map-tiles must be an address such as https://HOST/{z}/{x}/{y}.png');
  }
  const local = url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !local) return bad('bad-input', '--map-tiles must begin with https://');
  // A name in the host would let the page ask anybody: it stands in the policy of pages as it is.
  if (url.username !== '' || url.password !== '' || /[{}*;,\s]|%7b|%7d/i.test(url.host))
    return bad('bad-input', '--map-tiles: a plain host, please');
  return ok({ template, credit });
}

/** What the policy of pages lets images come from. */
export function originOf({ template }: MapTiles): string {
  return new URL(template).origin;
}
