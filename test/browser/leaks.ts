// Every way in which a document of somebody else could reach the network, one document each.

export interface Leak {
  readonly html: string;
  /** What an unguarded browser does with it nobody can see from outside, or not every time; only the guarded one is held to it. */
  readonly unseen?: true;
}

const png = 'x.png';

/** `at` is the origin to reach, `http://127.0.0.1:PORT`. */
export function leaksTo(at: string): Readonly<Record<string, Leak>> {
  const js = (code: string): Leak => ({ html: `<script>${code}</script>` });
  const css = (code: string): Leak => ({ html: `<style>${code}</style><p>chữ</p>` });
  const plain = (html: string): Leak => ({ html });
  const unseen = (html: string): Leak => ({ html, unseen: true });
  return {
    image: plain(`<img src="${at}/${png}">`),
    'image by size': plain(`<img srcset="${at}/${png} 1x, ${at}/2 2x">`),
    picture: plain(`<picture><source srcset="${at}/${png}"><img></picture>`),
    'image button': plain(`<input type="image" src="${at}/${png}">`),
    stylesheet: plain(`<link rel="stylesheet" href="${at}/a.css">`),
    'stylesheet for print': plain(`<link rel="stylesheet" media="print" href="${at}/a.css">`),
    import: css(`@import '${at}/a.css';`),
    'ground picture': css(`body { background: url(${at}/${png}) }`),
    'picture set': css(`body { background: image-set('${at}/${png}' 1x) }`),
    'list picture': css(`p { display: list-item; list-style-image: url(${at}/${png}) }`),
    'border picture': css(`p { border: 9px solid; border-image: url(${at}/${png}) 9 }`),
    'content picture': css(`p::before { content: url(${at}/${png}) }`),
    mask: css(`p { mask-image: url(${at}/${png}) }`),
    filter: unseen(`<style>p { filter: url(${at}/f.svg#f) }</style><p>chữ</p>`),
    font: css(`@font-face { font-family: x; src: url(${at}/f.woff) } p { font-family: x }`),
    cursor: unseen(`<style>html { cursor: url(${at}/${png}), auto }</style>`),
    'style attribute': plain(`<p style="background: url(${at}/${png})">chữ</p>`),
    'ground attribute': plain(`<body background="${at}/${png}">`),
    'ground of a table': plain(`<table background="${at}/${png}"><tr><td>chữ</table>`),
    base: plain(`<base href="${at}/"><img src="${png}">`),
    refresh: plain(`<meta http-equiv="refresh" content="0;url=${at}/refresh">`),
    prefetch: plain(`<link rel="prefetch" href="${at}/prefetch">`),
    preload: plain(`<link rel="preload" as="image" href="${at}/${png}">`),
    'module preload': plain(`<link rel="modulepreload" href="${at}/m.js">`),
    preconnect: unseen(`<link rel="preconnect" href="${at}">`),
    'name lookup': unseen('<link rel="dns-prefetch" href="//leak.invalid">'),
    icon: unseen(`<link rel="icon" href="${at}/${png}">`),
    manifest: unseen(`<link rel="manifest" href="${at}/m.json">`),
    speculation: unseen(
      `<script type="speculationrules">{"prerender":[{"urls":["${at}/spec"]}],"prefetch":[{"urls":["${at}/spec"]}]}</script>`,
    ),
    frame: plain(`<iframe src="${at}/frame"></iframe>`),
    'frame in a frame': plain(`<iframe srcdoc="<img src='${at}/${png}'>"></iframe>`),
    frameset: plain(`<frameset><frame src="${at}/frame"></frameset>`),
    object: plain(`<object data="${at}/object" type="text/html"></object>`),
    embed: plain(`<embed src="${at}/embed" type="text/html">`),
    'picture in a drawing': plain(`<svg><image href="${at}/${png}" width="9" height="9"/></svg>`),
    'old picture in a drawing': plain(
      `<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="${at}/${png}" width="9" height="9"/></svg>`,
    ),
    'use in a drawing': unseen(`<svg><use href="${at}/u.svg#u"/></svg>`),
    'filter of a drawing': plain(
      `<svg><filter id="f"><feImage href="${at}/${png}"/></filter><rect width="9" height="9" filter="url(#f)"/></svg>`,
    ),
    'page in a drawing': plain(
      `<svg><foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="${at}/${png}"/></foreignObject></svg>`,
    ),
    'drawing in a picture': unseen(
      `<img src="data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg"><image href="${at}/${png}" width="9" height="9"/></svg>`)}">`,
    ),
    'script in a drawing': plain(`<svg><script href="${at}/s.js"/></svg>`),
    film: plain(`<video src="${at}/v.webm" autoplay muted></video>`),
    'film by source': plain(`<video autoplay muted><source src="${at}/v.webm"></video>`),
    poster: plain(`<video poster="${at}/${png}"></video>`),
    sound: plain(`<audio src="${at}/a.ogg" autoplay></audio>`),
    subtitles: unseen(`<video autoplay muted><track default src="${at}/t.vtt"></video>`),
    'form that sends itself': plain(`<form action="${at}/form" method="post"></form><script>document.forms[0].submit()</script>`),
    'form with a button': unseen(`<form action="${at}/form"><button autofocus>x</button></form>`),
    ping: plain(`<a href="#x" ping="${at}/ping">x</a><script>document.links[0].click()</script>`),
    'script file': plain(`<script src="${at}/s.js"></script>`),
    module: plain(`<script type="module" src="${at}/s.js"></script>`),
    fetch: js(`fetch('${at}/fetch')`),
    request: js(`x = new XMLHttpRequest(); x.open('GET', '${at}/xhr'); x.send()`),
    beacon: js(`navigator.sendBeacon('${at}/beacon', 'x')`),
    socket: js(`new WebSocket('ws${at.slice(4)}/socket')`),
    events: js(`new EventSource('${at}/events')`),
    'image by script': js(`new Image().src = '${at}/${png}'`),
    worker: js(`new Worker(URL.createObjectURL(new Blob(["fetch('${at}/worker')"])))`),
    'other place': js(`location = '${at}/place'`),
    'top place': js(`top.location = '${at}/top'`),
    'on load': plain(`<body onload="fetch('${at}/onload')">`),
    'on error': plain(`<img src="data:," onerror="fetch('${at}/onerror')">`),
    'script address': plain(`<iframe src="javascript:fetch('${at}/js')"></iframe>`),
    'animated attribute': plain(`<svg><image width="9" height="9"><set attributeName="href" to="${at}/${png}"/></image></svg>`),
  };
}
