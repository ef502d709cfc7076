// Entry of the operator's page.
import './line/ahead.ts';
import { mount } from 'svelte';
import App from './app.svelte';
import './frame/style.css';
import './frame/duty.css';
import './frame/frame.css';
import './frame/look.css';
import { chosenLook, showLook } from './frame/look.ts';
import { askSession } from './line/session.ts';
import { placeOf } from './places.ts';
import { contextOf, openWords } from './words/words.svelte.ts';

/** After an update the old page asks for parts that are gone: it begins anew, once. Without a line it stays: begun anew it would be none. */
async function beginAnew(): Promise<void> {
  const lately = Number(sessionStorage.getItem('loa-begun-anew-ms') ?? 0);
  if (Date.now() - lately < 60_000) return;
  const there = await fetch('/', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (!there) return;
  sessionStorage.setItem('loa-begun-anew-ms', String(Date.now()));
  location.reload();
}
addEventListener('vite:preloadError', () => void beginAnew());

showLook(chosenLook());
// Who it is (asked ahead), the words and the page are fetched side by side; on a thin line each after the other would be three waits.
const session = askSession();
const here = placeOf(location.hash)?.place;
const [words, page] = await Promise.all([openWords(here?.words), here?.page().catch(() => undefined)]);
const target = document.getElementById('app');
const begun = here && page && { place: here, page: page.default };
if (target) mount(App, { target, props: { first: session, begun }, context: contextOf(words) });
