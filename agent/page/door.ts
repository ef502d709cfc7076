// Who may do what on the local page, from what a request says of itself. Pure.
import { mayActBy, type Way } from './way.ts';

/** Names under which a browser may reach this page; any other is a foreign site pointing here (DNS rebinding). */
const addressName = /^(localhost|\[[0-9a-f:]+\]|\d{1,3}(\.\d{1,3}){3}|[a-z0-9-]+\.local)(:\d+)?$/i;

export function hostAllowed(host: string | undefined): boolean {
  return addressName.test(host ?? '');
}

export interface ActRequest {
  readonly way: Way;
  readonly tls: boolean;
  readonly host: string | undefined;
  /** Who wrote the page that asks, as the browser says; a program says nothing. */
  readonly origin: string | undefined;
  readonly site: string | undefined;
  /** From the page itself: a foreign page cannot read it, and may not send the header it goes in. */
  readonly token: string | undefined;
}

/** Null: it may be done, PIN given. */
export function actRefusal(request: ActRequest, token: string): string | null {
  const { way, tls, host, origin, site } = request;
  if (!mayActBy(way, tls)) return 'Chỉ thao tác tại hộp · only at the box itself';
  if (origin !== undefined && origin !== `${tls ? 'https' : 'http'}://${host}`) return 'Trang lạ · a foreign page';
  if (site !== undefined && site !== 'same-origin') return 'Trang lạ · a foreign page';
  return request.token === token ? null : 'Hãy tải lại trang · load the page again';
}
