// Other people's documents: after the centre has cleaned one the box accepts it to the letter; as they came the box refuses them.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { layOut } from '../../controller/media/bulletin.ts';
import type { Clean } from '../../controller/media/sanitiser/clean.ts';
import { checkBulletin } from '../../hardware/host/bulletin-check.ts';
import type { Viewing } from '../../schemas/bulletin-removals.ts';
import { processorMs } from '../processor-ms.ts';
import { floods, hostileBulletins, stillPicture } from './hostile-bulletins.ts';

const viewing: Viewing = { distanceM: 5, screenHeightM: 0.685 };
const samples = Object.entries(hostileBulletins('http://127.0.0.1:9'));

let clean: Clean;
beforeAll(async () => {
  const { makeCleaner } = await import('../../controller/media/sanitiser/clean.ts');
  clean = makeCleaner();
});

function cleaned(html: string) {
  const done = clean(html, viewing);
  if (!done.ok) throw new Error(`${done.problem.code} ${done.problem.detail}`);
  return done.value;
}

describe('hostile bulletins', () => {
  test.each(samples)('%s: the box refuses it raw, and takes what the centre made of it', (_name, html) => {
    expect(checkBulletin(html).ok).toBe(false);
    expect(checkBulletin(`<!doctype html>\n${html}`).ok).toBe(false);
    const { html: safe } = cleaned(html);
    expect(checkBulletin(safe)).toEqual({ ok: true, value: undefined });
    expect(cleaned(safe).html).toBe(safe);
    expect(cleaned(safe).removed).toEqual([]);
    // As words it may stay; in a tag or a style it may not.
    expect(safe).not.toMatch(/<[^>]*127\.0\.0\.1/);
    expect(/<style>.*?<\/style>/s.exec(safe)?.[0] ?? '').not.toContain('127.0.0.1');
  });

  test.each(Object.entries(floods))('%s: refused as too large, in little time', async (_name, html) => {
    const tookMs = await processorMs(() => {
      const done = clean(html, viewing);
      expect(done.ok ? 'taken' : done.problem.code).toBe('too-large');
      expect(checkBulletin(`<!doctype html>\n<html><head></head><body>${html}`).ok).toBe(false);
    });
    expect(tookMs).toBeLessThan(20_000);
  });

  test('vectors put together in any order and nesting: what the centre makes of them, the box takes', () => {
    const part = fc.constantFrom(...samples.map(([, html]) => html));
    const wrap = fc.constantFrom(
      '',
      '<svg>',
      '<math>',
      '<table>',
      '<p title="',
      '<style>',
      '<title>',
      '<!--',
      '<noscript>',
      '<select>',
      '</',
      '<b>',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(wrap, part, fc.nat(400)), { minLength: 1, maxLength: 5 }), (parts) => {
        const html = parts.map(([before, text, cut]) => before + text.slice(0, Math.max(20, cut))).join('');
        const done = clean(html, viewing);
        if (!done.ok) return done.problem.code === 'bulletin-unsafe' || done.problem.code === 'too-large';
        return checkBulletin(done.value.html).ok && clean(done.value.html, viewing).ok;
      }),
      { numRuns: 150 },
    );
  });

  test('letters at random in the alphabet of markup: the same', () => {
    const letters = fc.array(
      fc.constantFrom(
        '<',
        '>',
        '/',
        '"',
        "'",
        '=',
        ' ',
        '!',
        '-',
        '&',
        ';',
        '{',
        '}',
        ':',
        'p',
        'svg',
        'style',
        'img',
        'src',
        'x',
        'b',
        'url(',
        ')',
        'math',
        '\n',
        '*',
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(letters, (all) => {
        const done = clean(all.join(''), viewing);
        return !done.ok || checkBulletin(done.value.html).ok;
      }),
      { numRuns: 300 },
    );
  });
});

describe('what stays, and what is told', () => {
  test('ordinary documents keep words, layout, pictures and drawings', () => {
    const { html, removed } = cleaned(
      `<html lang="vi"><head><title>Giá chè</title><style>body{background:#063d33;color:#fff} @media (min-width: 900px){h1{font-size:9vmin}}</style></head>` +
        `<body class="a"><h1>Giá chè &amp; cam</h1><svg viewBox="0 0 24 24"><path d="M1 2h3"/></svg><img src="${stillPicture}" alt="chè">` +
        '<table><tr><td colspan="2" style="font-size: 6vmin">12.000 đ</td></tr></table></body></html>',
    );
    expect(removed).toEqual([]);
    expect(html).toContain('<h1>Giá chè &amp; cam</h1><svg viewbox="0 0 24 24"><path d="M1 2h3"></path></svg>');
    expect(html).toContain(`<img src="${stillPicture}" alt="chè" />`);
    expect(html).toContain('<td colspan="2" style="font-size:6vmin">12.000 đ</td>');
    expect(html).toContain('@media (min-width: 900px){\nh1{font-size:9vmin}\n}');
  });

  test('each thing taken away is named with its reason, once', () => {
    const { removed } = cleaned(
      '<script>1</script><p onclick="1" onclick2="2">x</p><p onclick="1">y</p><img src="http://a.example/b.png">' +
        '<style>p{position:fixed;background:url(//a.example/)}</style><iframe></iframe><form><input></form>',
    );
    const told = removed.map(({ what, on, reason, times }) => `${reason} ${on ?? '-'} ${what} ${times}`);
    expect(told).toContain('script - script 1');
    expect(told).toContain('script p onclick 2');
    expect(told).toContain('outside img src 1');
    expect(told).toContain('picture - img 1');
    expect(told).toContain('css-position style position 1');
    expect(told).toContain('css-outside style background 1');
    expect(told).toContain('embeds - iframe 1');
    expect(told).toContain('form - form 1');
  });

  test('slow movement stays, movement that may flash goes', () => {
    const page = (s: string) => `<style>@keyframes f{from{opacity:0}to{opacity:1}} p{animation:f ${s} infinite alternate}</style><p>x`;
    expect(cleaned(page('2s')).html).toContain('animation:f 2s infinite alternate');
    const fast = cleaned(page('200ms'));
    expect(fast.html).not.toContain('animation:');
    expect(fast.removed.map(({ reason }) => reason)).toEqual(['css-flash']);
  });

  const frames = '@keyframes f{from{opacity:0}to{opacity:1}}';
  const page = (style: string, body = '<p>x') => `<style>${frames} ${style}</style>${body}`;

  test.each([
    'f 50ms infinite',
    'f 50MS infinite',
    'f .1S step-end infinite',
    'f 1e-2s infinite',
    'f 5E1ms infinite',
    'f.05s infinite',
    'f +.05s infinite',
    'infinite.05s f',
    'f -1s 50ms infinite',
    'f 50% infinite',
    'f 2s steps(+40) infinite',
    'f 2s steps(1e2) infinite',
    'f 2s, "(" 5s, f 50ms',
    'inherit',
  ])('a time in another spelling is no way round, at the centre and on the box: %s', (value) => {
    const { html, removed } = cleaned(page(`p{animation:${value}}`));
    expect(html).not.toContain('animation:');
    expect(removed.map(({ reason }) => reason)).toEqual(['css-flash']);
    const forged = cleaned(page('p{animation:f 9s infinite}')).html.replace('f 9s infinite', value.replace(/'/g, '"'));
    expect(checkBulletin(forged).ok).toBe(false);
  });

  test.each(['f 2S infinite', 'f 2000MS', '2s f 3 alternate', 'f 3s steps(2,end) 1s', 'f 2s cubic-bezier(.1,.2,.3,1) .5s', 'none'])(
    'slow movement stays: %s',
    (value) => {
      const { html, removed } = cleaned(page(`p{animation:${value}}`));
      expect(removed).toEqual([]);
      expect(html).toContain(`animation:${value}`);
    },
  );

  const ten = Array.from({ length: 10 }, (_, at) => at);
  test.each([
    ['delays', '.a{animation:f 1s infinite}', ten.map((at) => `<div class="a" style="animation-delay:.${at}s">x</div>`).join('')],
    ['delays of the shorthand', ten.map((at) => `.a${at}{animation:f 1s .${at}s infinite}`).join(''), '<p class="a1">x'],
    ['delays by place', `p{animation:f 1s infinite}${ten.map((at) => `p:nth-child(${at}){animation-delay:${at}00ms}`).join('')}`, '<p>x'],
    ['lengths', ten.map((at) => `.a${at}{animation:f 1.${at}s infinite}`).join(''), '<p class="a1">x'],
    ['curves', `p{animation:f 1s infinite}${ten.map((at) => `.a${at}{animation-timing-function:steps(${at})}`).join('')}`, '<p>x'],
  ])('slow ones that flash fast together go: different %s', (_title, style, body) => {
    const { html, removed } = cleaned(page(style, body));
    expect(html).not.toMatch(/animation:f/);
    expect(removed.some(({ reason }) => reason === 'css-flash')).toBe(true);
    expect(checkBulletin(html).ok).toBe(true);
  });

  test('the box itself refuses slow ones that flash fast together', () => {
    const one = cleaned(page('p{animation:f 1s infinite}', '<p style="color:red">x</p>'.repeat(10))).html;
    expect(checkBulletin(one).ok).toBe(true);
    let at = 0;
    const staggered = one.replaceAll('color:red', () => `animation-delay:.${at++}s`);
    expect(checkBulletin(staggered)).toMatchObject({ ok: false, problem: { code: 'bulletin-unsafe' } });
  });

  test('elements that move alike move together, however many; two ways of moving may be slower', () => {
    const many = page('p{animation:f 1s infinite}', '<p>x</p>'.repeat(50));
    expect(cleaned(many).removed).toEqual([]);
    expect(cleaned(page('p{animation:f 2s infinite} h1{animation:f 3s infinite}', '<h1>x</h1><p>x')).removed).toEqual([]);
  });

  test('a first and a last stop that are not written count; nothing comes and goes in key frames', () => {
    const dots = (s: string) => cleaned(`<style>@keyframes g{25%,75%{opacity:0}50%{opacity:1}} p{animation:g ${s} infinite}</style><p>x`);
    expect(dots('600ms').html).not.toContain('animation:');
    expect(dots('900ms').removed).toEqual([]);
    const { html, removed } = cleaned('<style>@keyframes g{from{display:none;opacity:0}to{opacity:1}} p{animation:g 9s}</style><p>x');
    expect(removed.map(({ reason, what }) => `${reason} ${what}`)).toEqual(['css-flash display']);
    expect(checkBulletin(html.replace('from{', 'from{display:none;')).ok).toBe(false);
  });

  test('letters too small for the distance are a warning, not a refusal', () => {
    const page = '<style>p{font-size:2vmin}</style><p>Họp thôn';
    expect(cleaned(page).warnings).toEqual([{ code: 'letters-small', detail: '2vmin: 2.0 % of the screen, 4.7 % at 5 m' }]);
    const near = clean(page, { ...viewing, distanceM: 1 });
    expect(near.ok && near.value.warnings).toEqual([]);
  });

  test('more pictures, or larger ones, than a board can hold are refused', () => {
    const big = Buffer.alloc(33);
    big.write('\x89PNG\r\n\x1a\n', 'latin1');
    big.writeUInt32BE(13, 8);
    big.write('IHDR', 12);
    big.writeUInt32BE(20_000, 16);
    big.writeUInt32BE(20_000, 20);
    const picture = (bytes: Buffer) => `<img src="data:image/png;base64,${bytes.toString('base64')}">`;
    const large = clean(picture(Buffer.concat([big, Buffer.from('\0\0\0\0IDAT\0\0\0\0', 'latin1')])), viewing);
    expect(large.ok ? '' : large.problem.code).toBe('too-large');
    const many = clean(`<img src="${stillPicture}">`.repeat(17), viewing);
    expect(many.ok ? '' : many.problem.code).toBe('too-large');
  });

  test('the pages we lay out ourselves and the demo’s bulletins pass', () => {
    expect(checkBulletin(layOut('Lịch <cắt> điện & nước', 'Thứ ba\n8 giờ "sáng"'))).toEqual({ ok: true, value: undefined });
    const folder = new URL('../../controller/demo/data/boards/', import.meta.url);
    for (const name of readdirSync(folder)) expect(cleaned(readFileSync(new URL(name, folder), 'utf8')).removed).toEqual([]);
  });
});
