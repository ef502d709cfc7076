// Look of the local page: calm, readable in sunlight, everything to touch at least 48 px.

export const style = `
:root{color-scheme:light dark;--ground:#f6f7f4;--card:#fff;--ink:#14211b;--soft:#56645c;--line:#dfe4df;--good:#1a7f4b;--warn:#9a5b00;--bad:#b3261e;--accent:#0b6b4f;--on-accent:#fff}
@media (prefers-color-scheme:dark){:root{--ground:#0f1512;--card:#18211c;--ink:#eef3ef;--soft:#a6b4ac;--line:#2b3830;--good:#5fd39a;--warn:#f0b35a;--bad:#ff8a80;--accent:#5fd3a8;--on-accent:#06231a}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:17px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:44rem;margin:0 auto;padding:16px 16px 48px;display:grid;gap:14px}
header{display:flex;justify-content:space-between;align-items:flex-end;gap:12px;padding-top:4px}
h1{font-size:1.5rem;line-height:1.2;margin:0;letter-spacing:-.01em}
h2{font-size:1rem;margin:0 0 8px;color:var(--soft);font-weight:600}
small,.en{color:var(--soft);font-size:.875rem}
.en{display:block;font-weight:400}
section{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:16px}
.demo{background:#ffd84d;color:#3b2f00;border-radius:12px;padding:8px 16px;font-weight:700;text-align:center;letter-spacing:.08em}
.say{font-size:1.25rem;line-height:1.4;font-weight:600;text-wrap:balance}
.say .en{font-size:1rem;margin-top:4px}
.sounding{border-color:var(--accent);box-shadow:inset 4px 0 0 var(--accent)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:12px;margin:0}
.facts div{min-width:0}
dt{color:var(--soft);font-size:.875rem}
dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
ul{list-style:none;margin:0;padding:0}
li{display:flex;gap:12px;justify-content:space-between;align-items:baseline;min-height:48px;padding:10px 0;border-top:1px solid var(--line)}
li:first-child{border-top:0}
li b{font-weight:600}
time{font-variant-numeric:tabular-nums;white-space:nowrap;color:var(--soft)}
button{font:inherit;font-weight:700;min-height:56px;min-width:56px;padding:0 20px;border-radius:14px;border:2px solid var(--accent);background:var(--accent);color:var(--on-accent);cursor:pointer;touch-action:manipulation}
label{display:block;font-weight:600;margin-bottom:4px}
input{font:inherit;font-size:1.25rem;letter-spacing:.3em;width:100%;min-height:56px;padding:0 16px;border:2px solid var(--line);border-radius:14px;background:var(--ground);color:var(--ink)}
input:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.acts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:12px;margin-top:12px}
.acts button{padding:8px 12px;line-height:1.25;user-select:none;-webkit-user-select:none}
#hold{touch-action:none}
.acts .en{color:inherit;opacity:.8;margin-top:2px}
.acts button[aria-pressed=true]{background:var(--bad);border-color:var(--bad);color:#fff}
#told{min-height:1.5em;margin:12px 0 0;font-weight:600}
#speaker .row button{flex:1 1 8rem;padding:0 8px;white-space:nowrap}
button.second{background:transparent;color:var(--accent)}
button:focus-visible{outline:3px solid var(--ink);outline-offset:2px}
button[disabled]{opacity:.5;cursor:default}
.row{display:flex;gap:12px;flex-wrap:wrap;align-items:center}
meter,.level{width:100%}
.level{height:14px;border-radius:7px;background:var(--line);overflow:hidden;margin-top:12px}
.level i{display:block;height:100%;width:0;background:var(--accent);transition:width .25s}
.frame{width:100%;aspect-ratio:16/9;border:1px solid var(--line);border-radius:12px;background:#000;display:block}
.empty{color:var(--soft);margin:0}
@media (prefers-reduced-motion:reduce){.level i{transition:none}}
`;
