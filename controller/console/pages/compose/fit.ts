// How large letters may be so that a page fits a board: laid out unseen at the board's size.
import type { Board } from './boards.ts';
import { scales, styleOf, type Written } from './bulletin-page.ts';

/** The largest scale at which nothing is cut off; `fits` false where even the smallest is too large. */
export function fitOf({ title, body, look }: Written, { widthPx, heightPx }: Board): { readonly scale: number; readonly fits: boolean } {
  const host = document.createElement('div');
  host.style.cssText = `position:fixed;left:-99999px;top:0;width:${widthPx}px;height:${heightPx}px;visibility:hidden;contain:strict`;
  host.setAttribute('aria-hidden', 'true');
  const root = host.attachShadow({ mode: 'closed' });
  document.body.append(host);
  const share = Math.min(widthPx, heightPx) / 100;
  try {
    const found = scales.find((scale) => {
      const style = document.createElement('style');
      style.textContent = styleOf(look, scale, (part) => `${part * share}px`, '.page', '.page');
      const page = document.createElement('div');
      page.className = 'page';
      const head = document.createElement('h1');
      head.textContent = title;
      const template = document.createElement('template');
      template.innerHTML = body;
      page.append(head, template.content);
      root.replaceChildren(style, page);
      page.style.height = 'auto';
      return page.offsetHeight <= heightPx && page.scrollWidth <= widthPx;
    });
    return { scale: found ?? scales[scales.length - 1] ?? 1, fits: found !== undefined };
  } finally {
    host.remove();
  }
}
