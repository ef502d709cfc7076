// Look of the local page: calm, readable in sunlight, everything to touch at least 48 px, nothing newer than Chrome 60 needs.

export const style = `
:root{color-scheme:light dark;--ground:#f6f7f4;--card:#fff;--ink:#14211b;--soft:#56645c;--line:#dfe4df;--good:#1a7f4b;--warn:#8a5000;--bad:#b3261e;--accent:#0b6b4f;--on-accent:#fff}
@media (prefers-color-scheme:dark){:root{--ground:#0f1512;--card:#18211c;--ink:#eef3ef;--soft:#a6b4ac;--line:#2b3830;--good:#5fd39a;--warn:#f0b35a;--bad:#ff8a80;--accent:#5fd3a8;--on-accent:#06231a}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:17px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
.sw{position:absolute;opacity:0;width:1px;height:1px}
main{display:block;max-width:44rem;margin:0 auto;padding:16px 16px 48px;background:var(--ground);color:var(--ink);min-height:100vh}
main>*{margin:0 0 14px}
header{display:flex;justify-content:space-between;align-items:flex-end}
h1{font-size:1.5rem;line-height:1.2;margin:0;letter-spacing:-.01em;overflow-wrap:break-word}
h2{font-size:1rem;margin:0 0 8px;color:var(--soft);font-weight:600}
h3{font-size:1rem;margin:16px 0 4px;font-weight:600}
p{margin:8px 0 0}
small{color:var(--soft);font-size:.875rem}
.chips{display:flex}
.chips label{flex:1;min-height:48px;display:flex;align-items:center;justify-content:center;border:1px solid var(--line);background:var(--card);border-radius:14px;font-weight:600;margin:0;cursor:pointer}
.chips label+label{margin-left:8px}
#lang:focus~main label[for=lang],#sun:focus~main label[for=sun]{outline:3px solid var(--accent);outline-offset:2px}
.en,#lang:checked~main .vi{display:none}
#lang:checked~main .en{display:inline}
section{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:16px}
.demo{background:#ffd84d;color:#3b2f00;border-radius:12px;padding:8px 16px;font-weight:700;text-align:center;letter-spacing:.08em}
.say{font-size:1.25rem;line-height:1.4;font-weight:600}
.sounding{border-color:var(--accent);box-shadow:inset 4px 0 0 var(--accent)}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));grid-gap:12px;margin:0}
.facts div{min-width:0}
dt{color:var(--soft);font-size:.875rem}
dd{margin:0;font-weight:600;word-break:break-word}
ul{list-style:none;margin:0;padding:0}
.rows li{display:flex;justify-content:space-between;align-items:baseline;min-height:48px;padding:10px 0;border-top:1px solid var(--line)}
.rows li:first-child,.check li:first-child{border-top:0}
.rows li small{display:block}
.rows time{margin-left:12px}
li b{font-weight:600}
time{font-variant-numeric:tabular-nums;white-space:nowrap;color:var(--soft)}
.tally{margin:0 0 4px;font-weight:600}
.tally span{margin-right:12px;white-space:nowrap}
.check li{display:flex;padding:12px 0;border-top:1px solid var(--line)}
.check i{flex:none;width:28px;height:28px;line-height:28px;margin-right:12px;border-radius:50%;text-align:center;font-style:normal;font-weight:700;color:var(--card);background:var(--soft)}
.check .is-ok i{background:var(--good)}.check .is-warn i{background:var(--warn)}.check .is-bad i{background:var(--bad)}
.check .is-unknown i{background:none;color:var(--soft);box-shadow:inset 0 0 0 2px var(--soft)}
.check div{flex:1;min-width:0}
.check p{margin:2px 0 0;font-size:.9375rem}
.check .value{color:var(--soft);word-break:break-word}
.check .remedy{font-weight:600}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0 0 0 0)}
button,.print{font:inherit;font-weight:700;min-height:56px;min-width:56px;padding:8px 14px;line-height:1.25;border-radius:14px;border:2px solid var(--accent);background:var(--accent);color:var(--on-accent);cursor:pointer;touch-action:manipulation;user-select:none;-webkit-user-select:none}
button.second{background:transparent;color:var(--accent)}
button[aria-pressed=true]{background:var(--bad);border-color:var(--bad);color:var(--card)}
button:focus,input:focus,select:focus,textarea:focus,summary:focus{outline:3px solid var(--accent);outline-offset:2px}
button[disabled]{opacity:.5;cursor:default}
label{display:block;font-weight:600;margin:12px 0 4px}
input,select,textarea{font:inherit;width:100%;min-height:56px;padding:0 14px;border:2px solid var(--line);border-radius:14px;background:var(--ground);color:var(--ink)}
textarea{padding:12px 14px;min-height:120px;font:14px/1.4 monospace}
#pin{font-size:1.25rem;letter-spacing:.3em}
input[type=file]{padding:12px}
.acts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));grid-gap:12px;margin-top:12px}
#hold{touch-action:none}
#told,.told{min-height:1.5em;margin:12px 0 0;font-weight:600}
.row{display:flex;flex-wrap:wrap;align-items:center}
.row button{flex:1 1 8rem;margin-right:12px}
.level{width:100%;height:14px;border-radius:7px;background:var(--line);overflow:hidden;margin-top:12px}
.level i{display:block;height:100%;width:0;background:var(--accent);transition:width .25s}
.frame{position:relative;padding-top:56.25%;border:1px solid var(--line);border-radius:12px;background:#000;overflow:hidden}
.frame iframe{position:absolute;top:0;left:0;width:100%;height:100%;border:0}
.empty{color:var(--soft);margin:0}
summary{min-height:48px;padding:10px 0;font-weight:600;cursor:pointer}
[hidden]{display:none!important}
#sun:checked~main{--ground:#fff;--card:#fff;--ink:#000;--soft:#222;--line:#000;--good:#00501f;--warn:#5c3300;--bad:#8f0000;--accent:#00331f;--on-accent:#fff;font-size:19px;font-weight:500}
#sun:checked~main section{border-width:2px}
.sign{display:none}
@media (prefers-reduced-motion:reduce){.level i{transition:none}}
@media print{.chips,#hands,#speaker,#screen,#net,#claim,#logs,#accept form,#p-next,#lost{display:none}.sign{display:block}section{border:0;padding:0}main{--ground:#fff;--card:#fff;--ink:#000;--soft:#222}}
`;
