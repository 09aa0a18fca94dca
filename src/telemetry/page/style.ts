/**
 * The style of the inspector's page, in light and dark.
 *
 * @module
 */

/** CSS. Parts of a bar differ by pattern and height, not by colour alone. */
export const STYLE: string = `
:root{color-scheme:light dark;
--bg:light-dark(#f5f6f8,#12151a);--panel:light-dark(#fff,#191d24);--raised:light-dark(#f5f6f8,#222831);
--text:light-dark(#1a1f28,#e7eaf0);--dim:light-dark(#5a6372,#9ba5b4);--line:light-dark(#dfe3e9,#2b323c);
--grid:light-dark(#eceef2,#242a33);--accent:light-dark(#2459c4,#7fb0ff);--select:light-dark(#e6eefc,#223250);
--good:light-dark(#2a8556,#4fb583);--goodtext:light-dark(#1f6f46,#6fcf9d);
--bad:light-dark(#d0402f,#f07a6b);--badtext:light-dark(#b32c1d,#ff9a8d);
--moved:light-dark(#2f6fd6,#6ea6f7);--movedtext:light-dark(#2459c4,#8fbcff);
--wait:light-dark(#b8730a,#e3ab45);--waitbg:light-dark(#fdeecb,#43361a);--waittext:light-dark(#7d4c00,#f4cf86);
--queue:light-dark(#7a4fd0,#b796f5);--queuebg:light-dark(#efe8fd,#33284a);--queuetext:light-dark(#5d34ad,#cdb6fa);
--body:light-dark(#8db9ea,#4d7fbd);--cache:light-dark(#0f8a8a,#45c2c2);--before:light-dark(#b4bbc6,#56606e);
--mono:ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono",Menlo,Consolas,monospace}
*{box-sizing:border-box}
html,body{height:100%;margin:0}
body{display:grid;grid-template-rows:auto minmax(0,1fr) auto;background:var(--bg);color:var(--text);
font:13px/1.45 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1,h2,h3,p,ul,dl,dd{margin:0;padding:0}
ul{list-style:none}
h1{font-size:15px;font-weight:650;letter-spacing:-.01em}
h2{font-size:11px;font-weight:650;letter-spacing:.06em;text-transform:uppercase;color:var(--dim);margin:0 0 8px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none!important}
:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
header{display:flex;flex-wrap:wrap;align-items:center;gap:8px 14px;padding:10px 16px;background:var(--panel);
border-bottom:1px solid var(--line)}
#status{display:inline-flex;align-items:center;gap:7px;color:var(--dim);font-size:12px;margin-right:auto;
font-variant-numeric:tabular-nums}
#status::before{content:"";width:8px;height:8px;border-radius:50%;background:var(--before)}
#status[data-state=live]::before{background:var(--good)}
#status[data-state=pause]::before{background:none;border:solid var(--wait);border-width:0 3px;border-radius:0}
#status[data-state=end]::before{background:none;border:2px solid var(--bad)}
.tools{display:flex;flex-wrap:wrap;align-items:center;gap:6px}
button,.button,select,input{font:inherit;font-size:12.5px;color:inherit;background:var(--panel);height:28px;
border:1px solid var(--line);border-radius:6px;padding:0 9px;text-decoration:none}
button,.button{display:inline-flex;align-items:center;gap:6px;cursor:pointer;white-space:nowrap}
button:hover,.button:hover,select:hover,input:hover{border-color:var(--dim)}
button[aria-pressed=true]{background:var(--select);border-color:var(--accent);color:var(--accent)}
select{max-width:152px}
kbd{font:10.5px/1 var(--mono);color:var(--dim);border:1px solid var(--line);border-radius:4px;padding:2px 4px;
background:var(--raised)}
.search{position:relative;display:inline-flex;align-items:center}
.search input{width:204px;padding-right:28px}
.search kbd{position:absolute;right:6px;pointer-events:none}
.search input:focus+kbd,.search input:not(:placeholder-shown)+kbd{display:none}
main{display:grid;grid-template-columns:minmax(0,1fr) 372px;min-height:0}
#calls{min-width:0;min-height:0;background:var(--panel)}
#scroller{height:100%;overflow:auto}
#side{overflow:auto;border-left:1px solid var(--line);padding:14px 16px 20px;display:grid;gap:20px;align-content:start}
table{border-collapse:separate;border-spacing:0;width:100%;table-layout:fixed}
th{position:sticky;top:0;z-index:2;background:var(--panel);text-align:left;font-size:11px;font-weight:600;
color:var(--dim);height:30px;padding:0 10px;border-bottom:1px solid var(--line);white-space:nowrap}
th:nth-child(2){width:196px}th:nth-child(3){width:74px}th:nth-child(4){width:84px}th:nth-child(5){width:44%}
th:first-child,td:first-child{padding-left:16px}
.number{text-align:right}
td{height:31px;padding:0 10px;border-bottom:1px solid var(--grid);white-space:nowrap;overflow:hidden;
text-overflow:ellipsis;cursor:default}
td.number{font-size:12px;font-variant-numeric:tabular-nums;color:var(--dim)}
td.number.many{color:var(--waittext);font-weight:600}
tbody tr:hover td{background:var(--raised)}
tbody tr[aria-selected=true] td{background:var(--select)}
tbody tr:focus-visible{outline-offset:-2px}
.call{font-family:var(--mono);font-size:12px}
.call b{display:inline-block;min-width:50px;font-weight:600;color:var(--dim)}
.call small{font-size:11px;color:var(--dim);margin-left:8px}
.result{font-family:var(--mono);font-size:12px}
.result i{display:inline-block;width:16px;font-style:normal;text-align:center}
.good-text{color:var(--goodtext)}.bad-text{color:var(--badtext)}.moved-text{color:var(--movedtext)}
.wait-text{color:var(--waittext)}.dim{color:var(--dim)}
td.bar,th.axis{padding:0 14px 0 6px;overflow:visible}
.lane{position:relative;height:30px;--o:var(--t0);
background:repeating-linear-gradient(to right,var(--grid) 0 1px,transparent 1px calc(var(--step)*1%))}
.aligned .lane{--o:var(--rs)}
#axis{position:relative;height:100%;font-weight:500;font-variant-numeric:tabular-nums;overflow:hidden}
#axis span{position:absolute;top:7px;padding-left:4px}
#axis span::before{content:"";position:absolute;left:0;top:3px;height:14px;border-left:1px solid var(--line)}
.part{position:absolute;top:9px;height:12px;border-radius:2px;min-width:3px;overflow:hidden;container-type:inline-size;
left:calc((var(--s) - var(--o))*var(--k)*1%);width:calc(var(--d)*var(--k)*1%);
font:9.5px/12px var(--mono);font-style:normal}
.part>span{display:none;padding:0 4px;white-space:nowrap}
@container (min-width:46px){.part>span{display:block}}
.part.request{background:var(--good)}.part.request.moved{background:var(--moved)}
.part.request.bad{background:var(--bad)}
.part.request.open{background:var(--moved);opacity:.75}
.part.body{top:12px;height:6px;background:var(--body)}
.part.body.bad{background:var(--bad)}
.part.before{top:14px;height:2px;background:var(--before)}
.part.wait{color:var(--waittext);background:repeating-linear-gradient(135deg,var(--wait) 0 1px,var(--waitbg) 1px 5px);
box-shadow:inset 0 0 0 1px var(--wait)}
.part.wait>span,.part.queue>span{width:fit-content;padding:0 3px;margin-left:4px;height:10px;line-height:10px;margin-top:1px;
border-radius:2px}
.part.wait>span{background:var(--waitbg)}.part.queue>span{background:var(--queuebg)}
.part.queue{color:var(--queuetext);background:radial-gradient(var(--queue) 1px,transparent 1.3px) 0 0/5px 4px,var(--queuebg);
box-shadow:inset 0 0 0 1px var(--queue)}
.part.cache,.part.shared{background:none;box-shadow:inset 0 0 0 2px var(--cache)}
#empty{padding:56px 24px;text-align:center;color:var(--dim)}
#empty b{display:block;color:var(--text);font-size:14px;margin-bottom:6px}
code,.mono{font-family:var(--mono);font-size:12px}
.card{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:10px 12px;margin-bottom:8px}
.card h3{display:flex;align-items:center;gap:8px;font:600 12px/1.4 var(--mono);overflow-wrap:anywhere}
.card p{color:var(--dim);font-size:12px}
.pill{flex:none;margin-left:auto;font:600 11px/18px system-ui,sans-serif;padding:0 8px;border-radius:9px;
background:var(--raised);color:var(--dim)}
.pill.good{color:var(--goodtext);box-shadow:inset 0 0 0 1px var(--good)}
.pill.bad{color:var(--badtext);box-shadow:inset 0 0 0 1px var(--bad)}
.pill.wait{color:var(--waittext);background:var(--waitbg);box-shadow:inset 0 0 0 1px var(--wait)}
.facts{display:grid;grid-template-columns:auto 1fr;gap:2px 14px;margin-top:7px;font-size:12px}
.facts dt{color:var(--dim)}
.facts dd{font-variant-numeric:tabular-nums;text-align:right;overflow-wrap:anywhere}
.facts dd.strong{font-weight:600;color:var(--waittext)}
meter{appearance:none;display:block;width:100%;height:5px;margin-top:3px;border:0;background:var(--grid);border-radius:3px}
meter::-webkit-meter-bar{background:var(--grid);border:0;border-radius:3px;height:5px}
meter::-webkit-meter-optimum-value{background:var(--good);border-radius:3px}
meter::-webkit-meter-suboptimum-value,meter::-webkit-meter-even-less-good-value{background:var(--wait);border-radius:3px}
.strip{display:flex;height:8px;margin-top:9px;gap:1px;border-radius:2px;overflow:hidden;background:var(--grid)}
.strip i{min-width:3px;background:var(--before)}
.strip .open{background:var(--good)}.strip .connecting{background:var(--moved)}
.strip .waiting{background:repeating-linear-gradient(135deg,var(--wait) 0 2px,var(--waitbg) 2px 5px)}
.log{margin-top:8px;font-size:12px;display:grid;gap:2px}
.log li{display:grid;grid-template-columns:58px 1fr;gap:8px}
.log time{color:var(--dim);font-variant-numeric:tabular-nums;text-align:right}
#detail{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:12px}
#detail header{all:unset;display:flex;gap:8px;align-items:flex-start}
#detail header button{height:24px;padding:0 7px;font-size:12px}
#detail h3{flex:1;font:600 13px/1.4 var(--mono);overflow-wrap:anywhere}
#detail h4{font-size:11px;font-weight:650;color:var(--dim);margin:14px 0 6px}
#detail .url{font:12px/1.45 var(--mono);color:var(--dim);overflow-wrap:anywhere;margin-top:3px}
#detail .sum{margin-top:8px;font-size:13px}
.steps li{display:grid;grid-template-columns:14px 58px 1fr;gap:8px;padding:4px 0;border-top:1px solid var(--grid);font-size:12px}
.steps li:first-child{border-top:0}
.steps .part,#legend .part{position:static;width:14px;min-width:14px;height:10px;display:inline-block;margin-top:3px}
.steps .part.body,#legend .part.body{height:6px}
.steps .part.before{height:2px;margin-top:8px}
.steps time{text-align:right;color:var(--dim);font-variant-numeric:tabular-nums}
.steps span{overflow-wrap:anywhere}
details{border-top:1px solid var(--grid);padding:6px 0}
summary{cursor:pointer;font:12px/1.5 var(--mono);overflow-wrap:anywhere}
.fields{display:grid;grid-template-columns:minmax(90px,auto) 1fr;gap:2px 12px;font:11.5px/1.5 var(--mono);margin:6px 0 8px}
.fields dt{color:var(--dim)}.fields dd{overflow-wrap:anywhere}
pre{font:11.5px/1.5 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere;background:var(--raised);padding:8px;border-radius:6px;
max-height:240px;overflow:auto;margin:0}
footer{display:flex;flex-wrap:wrap;gap:4px 18px;align-items:center;justify-content:space-between;padding:6px 16px;
background:var(--panel);border-top:1px solid var(--line);font-size:11.5px;color:var(--dim)}
#legend{display:flex;flex-wrap:wrap;gap:3px 14px}
#legend li{display:flex;align-items:center;gap:6px}
#legend .part{margin:0}
@media (max-width:1020px){
main{display:block;overflow:auto}
#scroller{height:auto;overflow:visible}
#side{overflow:visible;border-left:0;border-top:1px solid var(--line);background:var(--bg);
grid-template-columns:repeat(auto-fit,minmax(min(330px,100%),1fr))}
th:nth-child(2){width:170px}th:nth-child(5){width:38%}}
@media (max-width:640px){
header,footer{padding:8px 12px}
.tools,.search,.search input{width:100%}
.tools label:not(.search){flex:1 1 40%}.tools select{width:100%;max-width:none}
kbd{display:none}
th:nth-child(2){width:92px}th:nth-child(3),td:nth-child(3){display:none}th:nth-child(4){width:68px}th:nth-child(5){width:32%}
th,td{padding:0 6px}
.call b{min-width:0}.call small,#keys{display:none}}
@media (prefers-reduced-motion:no-preference){
.part.open{animation:pulse 1.2s ease-in-out infinite alternate}
@keyframes pulse{from{opacity:1}to{opacity:.6}}}
`;
