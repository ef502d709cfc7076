// Entry of the residents' app.
import { mount } from 'svelte';
import App from './app.svelte';
import './frame/style.css';
import { Install, contextOf as installContext } from './frame/install.svelte.ts';
import { showLook } from './frame/look.ts';
import { Player, contextOf as playerContext } from './frame/player.svelte.ts';
import { Here, contextOf as hereContext } from './line/here.svelte.ts';
import { outboxChannel, sendWaiting } from './line/outbox.ts';
import { followCentre, tellAll } from './line/stream.ts';
import { openWords, contextOf as wordsContext } from './words/words.svelte.ts';

showLook();
const here = new Here();
const asked = here.ask();
const install = new Install();
install.start();
const sound = document.createElement('audio');
const player = new Player(sound);
player.start();
const words = await openWords();
const target = document.getElementById('app');
if (target) {
  document.body.append(sound);
  mount(App, {
    target,
    context: new Map<symbol, unknown>([wordsContext(words), hereContext(here), playerContext(player), installContext(install)]),
  });
}
addEventListener('online', () => void sendWaiting().then(() => here.ask()));
/** A line that is back may break the first that goes over it; what waits is tried again while somebody looks. */
const againMs = 10_000;
setInterval(() => void (document.visibilityState === 'visible' && sendWaiting()), againMs);

// Something that was sent meanwhile, by this page or by the worker.
const channel = new BroadcastChannel(outboxChannel);
channel.onmessage = () => document.dispatchEvent(new Event(outboxChannel));

/** What was shown before the worker was there it does not have yet; somebody may lose the line right after the first visit. */
function askAgain(): void {
  void here.ask();
  tellAll();
}

/** What is not needed for the first sight comes after it. */
async function settle(): Promise<void> {
  await asked;
  followCentre();
  if (!navigator.serviceWorker?.controller) navigator.serviceWorker?.addEventListener('controllerchange', askAgain, { once: true });
  await navigator.serviceWorker?.register('/dan/worker.js', { scope: '/dan/', updateViaCache: 'none' }).catch(() => undefined);
  await sendWaiting();
}
void settle();
