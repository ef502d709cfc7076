// The words of a page, as somebody reads them.

/** What somebody reads of a page, line by line. */
export function linesOf(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html');
  return [...page.body.querySelectorAll('h1,h2,h3,p,li,th,td')]
    .filter((one) => one.querySelector('p,li') === null)
    .map((one) => one.textContent?.trim() ?? '')
    .filter((line) => line !== '')
    .join('\n');
}
