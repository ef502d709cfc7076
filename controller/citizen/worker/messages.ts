// What the worker does with a message: shows it, tells the centre that it came, opens the app where it points.
import type { PushMessage } from '../../../schemas/citizen-api.ts';
import { Refused, send } from '../line/door.ts';

const lettersMax = 300;
const drill = [300, 200, 300];
const earnest = [600, 200, 600, 200, 600, 200, 600];

function readMessage(text: string): PushMessage | undefined {
  try {
    const found = JSON.parse(text) as Partial<PushMessage> | null;
    return typeof found?.message === 'string' && typeof found.title === 'string' && typeof found.text === 'string'
      ? (found as PushMessage)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Browsers ask that each message is shown; one that cannot be read says only that there is something. */
export async function show(scope: ServiceWorkerGlobalScope, text: string): Promise<void> {
  const message = readMessage(text);
  const emergency = message?.topic === 'emergency';
  await scope.registration.showNotification(message?.title.slice(0, lettersMax) ?? 'Loa', {
    body: message?.text.slice(0, lettersMax) ?? 'Có tin mới. Mở ứng dụng để xem.',
    lang: 'vi',
    icon: '/dan/icons/loa-192.png',
    tag: message?.message ?? 'loa',
    requireInteraction: emergency,
    data: { at: message?.at ?? '#/' },
    ...({ vibrate: emergency ? earnest : drill } as object),
  });
  for (const client of await scope.clients.matchAll({ type: 'window' })) client.postMessage({ topic: message?.topic ?? 'digest' });
  if (message)
    await send('POST', '/pushes/received', { message: message.message, tag: message.tag }).catch((error: unknown) => {
      // It was shown; that the centre does not know it harms nobody.
      if (!(error instanceof Refused)) throw error;
    });
}

/** The open app goes there, or it is opened. Never another address than the app's own. */
export async function open(scope: ServiceWorkerGlobalScope, notification: Notification): Promise<void> {
  notification.close();
  const { at } = (notification.data ?? {}) as { readonly at?: unknown };
  const address = `/dan/${typeof at === 'string' && at.startsWith('#/') ? at : '#/'}`;
  const [client] = await scope.clients.matchAll({ type: 'window' });
  if (!client) {
    await scope.clients.openWindow(address);
    return;
  }
  await client.focus();
  await client.navigate(address).catch(() => undefined);
}
