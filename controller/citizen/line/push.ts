// Messages by the browser's push service, only by somebody's choice; the centre signs them by its own key (RFC 8292).
import type { PushTopic } from '../../../schemas/citizen.ts';
import type { PushAnswer } from '../../../schemas/citizen-api.ts';
import { ownDevice } from './device.ts';
import { send } from './door.ts';

export type PushState = 'impossible' | 'refused' | 'off' | 'on';

export interface PushWish {
  readonly units: readonly string[];
  readonly topics: readonly PushTopic[];
  readonly digestHour: number | null;
}

const wishKey = 'loa-dan-push';

export async function pushState(): Promise<PushState> {
  if (!('PushManager' in window) || !('Notification' in window) || !navigator.serviceWorker) return 'impossible';
  if (Notification.permission === 'denied') return 'refused';
  const worker = await navigator.serviceWorker.getRegistration('/dan/');
  return (await worker?.pushManager.getSubscription()) ? 'on' : 'off';
}

export function lastWish(): PushWish | undefined {
  try {
    return JSON.parse(localStorage.getItem(wishKey) ?? '') as PushWish;
  } catch {
    return undefined;
  }
}

/** Ask the phone, then the centre; `false`: the phone said no, or no push service is reached from here. */
export async function takeMessages(publicKey: string, wish: PushWish): Promise<boolean> {
  if ((await Notification.requestPermission()) !== 'granted') return false;
  const worker = await navigator.serviceWorker.ready;
  const before = await worker.pushManager.getSubscription();
  const subscription =
    before ?? (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey }).catch(() => undefined));
  if (!subscription) return false;
  const { endpoint, expirationTime = null, keys } = subscription.toJSON();
  await send<PushAnswer>('POST', '/pushes', { device: await ownDevice(), subscription: { endpoint, expirationTime, keys }, ...wish });
  localStorage.setItem(wishKey, JSON.stringify(wish));
  return true;
}

export async function leaveMessages(): Promise<void> {
  const worker = await navigator.serviceWorker.getRegistration('/dan/');
  const subscription = await worker?.pushManager.getSubscription();
  await send('POST', '/pushes/remove', { device: await ownDevice() });
  await subscription?.unsubscribe();
  localStorage.removeItem(wishKey);
}
