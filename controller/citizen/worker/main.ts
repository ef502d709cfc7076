// The app's worker: keeps the shell, last week's texts and chosen sounds, sends what waits, shows messages.
import { CacheableResponsePlugin } from 'workbox-cacheable-response';
import { ExpirationPlugin } from 'workbox-expiration';
import { cleanupOutdatedCaches, createHandlerBoundToURL, type PrecacheEntry, precacheAndRoute } from 'workbox-precaching';
import { RangeRequestsPlugin } from 'workbox-range-requests';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { CacheFirst, NetworkFirst } from 'workbox-strategies';
import { keptHeader } from '../line/door.ts';
import { sendWaiting } from '../line/outbox.ts';
import { soundCache } from '../line/sound-cache.ts';
import { open, show } from './messages.ts';

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: name and hash of all files of the app. */
declare const LOA_SHELL: PrecacheEntry[];

/** Of the API that needs no account; what is asked by GET and is the same for all who live there. */
const texts = /^\/api\/public\/(place|day|items|alerts|answers|polls)(\/|$)/;
const sounds = /^\/api\/public\/sounds\//;
const weekS = 7 * 24 * 3600;
/** Seven days of a few places, and what was opened of them. */
const textsMax = 200;
/** After this what was kept is shown: nobody waits for a line that only swallows. */
const patienceS = 4;

/** The page says so: an old answer must not pass for what is. */
function asKept(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set(keptHeader, '1');
  return new Response(response.body, { status: response.status, headers });
}

precacheAndRoute(LOA_SHELL, { directoryIndex: 'index.html' });
cleanupOutdatedCaches();
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html')));
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && texts.test(url.pathname),
  new NetworkFirst({
    cacheName: 'loa-dan-texts',
    networkTimeoutSeconds: patienceS,
    plugins: [
      new CacheableResponsePlugin({ statuses: [200] }),
      new ExpirationPlugin({ maxEntries: textsMax, maxAgeSeconds: weekS }),
      { cachedResponseWillBeUsed: async ({ cachedResponse }) => cachedResponse && asKept(cachedResponse) },
    ],
  }),
);
// Only what somebody chose to keep is in this cache: what is merely heard is not put into it.
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && sounds.test(url.pathname),
  new CacheFirst({ cacheName: soundCache, plugins: [new RangeRequestsPlugin(), { cacheWillUpdate: async () => null }] }),
);

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('sync', (event) => {
  const { tag, waitUntil } = event as ExtendableEvent & { readonly tag: string };
  if (tag !== 'loa-dan-outbox') return;
  // Not sent: the browser asks again later, in growing waits.
  waitUntil.call(
    event,
    sendWaiting().then((done) => (done ? undefined : Promise.reject(new Error('no line')))),
  );
});
self.addEventListener('push', (event) => event.waitUntil(show(self, event.data?.text() ?? '')));
self.addEventListener('notificationclick', (event) => event.waitUntil(open(self, event.notification)));
