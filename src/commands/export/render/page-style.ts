/** The style of an exported page. It names nothing outside the page, and no element has a style of its own. */
import { createHash } from 'node:crypto';

/** Colours have a contrast of at least 4.5 to 1 on what they stand on, in both schemes. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1c2128;--dim:#57606a;--line:#d5dae1;--soft:#eef1f5;--link:#0550ae;--good:#116329;--warn:#7d4e00;--bad:#a40e26;--good-bg:#dafbe1;--warn-bg:#fff1cf;--bad-bg:#ffe3e6;--add:#dafbe1;--del:#ffe3e6;--hunk:#ddf0ff;--a1:#8a3ffc;--a2:#0b7a75;--a3:#b5451b;--a4:#1f5fbf;--a5:#9c2573;--a6:#4d6b00}
@media screen and (prefers-color-scheme:dark){:root{--page:#0f1318;--card:#171c23;--ink:#e4e8ee;--dim:#9aa5b1;--line:#303843;--soft:#1f262f;--link:#7ab7ff;--good:#6fdd8b;--warn:#f0c05a;--bad:#ff9aa2;--good-bg:#12351f;--warn-bg:#3a2c0c;--bad-bg:#47161c;--add:#12351f;--del:#47161c;--hunk:#15304a;--a1:#bd93ff;--a2:#4fd1c5;--a3:#ff9a6b;--a4:#82b1ff;--a5:#f58ac5;--a6:#b5d35c}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
header,nav,main,footer{max-width:60rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
footer{padding-top:2rem;padding-bottom:3rem;color:var(--dim);font-size:.9rem}
a{color:var(--link)}
h1{font-size:1.75rem;line-height:1.25;margin:.25rem 0 1rem;text-wrap:balance}
h2{font-size:1.2rem;margin:2.25rem 0 .75rem}
h3,h4,h5,h6{font-size:1rem;line-height:1.4;margin:1.1rem 0 .4rem}
p{margin:.6rem 0}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem 1rem;border-radius:.5rem;z-index:1}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.kicker{margin:0;color:var(--dim);font-size:.9rem}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.25rem;margin:0;padding:1rem 1.25rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;font-size:.95rem}
.facts dt{color:var(--dim)}
.facts dd{margin:0}
.tag{display:inline-block;padding:.05rem .55rem;border-radius:1rem;font-size:.8rem;font-weight:600;background:var(--soft);color:var(--ink);white-space:nowrap}
.tag.good{background:var(--good-bg);color:var(--good)}
.tag.warn{background:var(--warn-bg);color:var(--warn)}
.tag.bad{background:var(--bad-bg);color:var(--bad)}
.turn{margin:1rem 0;background:var(--card);border:1px solid var(--line);border-left:.3rem solid var(--who,var(--line));border-radius:.75rem}
.a1{--who:var(--a1)}.a2{--who:var(--a2)}.a3{--who:var(--a3)}.a4{--who:var(--a4)}.a5{--who:var(--a5)}.a6{--who:var(--a6)}
.turn.undone{border-style:dashed}
summary{cursor:pointer;border-radius:.5rem}
.turn>details>summary{padding:.8rem 1.1rem;list-style:none}
.turn>details>summary::-webkit-details-marker{display:none}
.turn>details>summary::before{content:"";display:inline-block;width:.42rem;height:.42rem;margin:0 .55rem .12rem .1rem;border:solid var(--dim);border-width:0 2px 2px 0;transform:rotate(-45deg)}
.turn>details[open]>summary::before{transform:translateY(-.12rem) rotate(45deg)}
.turn h3{display:inline;margin:0 .4rem 0 0;color:var(--who,var(--ink))}
.meta{color:var(--dim);font-size:.88rem}
.gist{display:block;margin:.15rem 0 0 1.1rem;color:var(--ink)}
details[open]>summary>.gist{display:none}
.inside{padding:0 1.1rem 1rem}
.label{margin:1.1rem 0 .3rem;font-size:.8rem;font-weight:600;letter-spacing:.02em;color:var(--dim)}
.inside>.label:first-child{margin-top:.2rem}
.words{margin:0;padding:.7rem 1rem;background:var(--soft);border-radius:.5rem;white-space:pre-wrap;font:inherit}
.answer>:first-child{margin-top:.6rem}
.answer ul,.answer ol{margin:.5rem 0;padding-left:1.5rem}
.answer li{margin:.2rem 0}
.answer li>p{margin:.3rem 0}
.answer h1,.answer h2{font-size:1.1rem}
blockquote{margin:.6rem 0;padding:.1rem 0 .1rem 1rem;border-left:.2rem solid var(--line);color:var(--dim)}
hr{border:0;border-top:1px solid var(--line);margin:1.2rem 0}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em}
code{background:var(--soft);padding:.1em .3em;border-radius:.3em}
pre{margin:.5rem 0;padding:.7rem .9rem;background:var(--soft);border-radius:.5rem;overflow-x:auto;line-height:1.5;font-size:.84rem;overflow-wrap:normal}
pre code{display:inline-block;min-width:100%;background:none;padding:0;font-size:inherit;tab-size:4}
.wide{overflow-x:auto;margin:.6rem 0}
table{border-collapse:collapse;font-size:.92rem;overflow-wrap:normal}
th,td{padding:.35rem .7rem;border:1px solid var(--line);text-align:left;vertical-align:top}
th{background:var(--soft);font-weight:600}
.right{text-align:right;font-variant-numeric:tabular-nums}
.center{text-align:center}
.plain{list-style:none;margin:.4rem 0;padding:0}
.plain>li{margin:.15rem 0}
li.task{list-style:none;margin-left:-1.3rem}
.tool,.file{margin:.25rem 0;font-size:.92rem}
.tool summary,.file summary{padding:.15rem .3rem}
.tool>div{padding:.15rem .3rem .15rem 1.35rem}
.mark{display:inline-block;width:1.2rem;font-weight:700;text-align:center;margin-right:.2rem}
.mark.good::before,.box.done::before{content:"";display:inline-block;width:.32em;height:.62em;border:solid var(--good);border-width:0 2px 2px 0;transform:translateY(-.1em) rotate(40deg)}
.mark.bad::before{content:"×";color:var(--bad)}
.mark.warn::before{content:"!";color:var(--warn)}
.mark.plain::before{content:"?";color:var(--dim)}
.box{display:inline-block;width:1.05em;height:1.05em;margin-right:.45em;border:1px solid var(--dim);border-radius:.2em;vertical-align:-.15em;text-align:center;line-height:1}
.box.now{border-color:var(--link);box-shadow:inset 0 0 0 .2em var(--card),inset 0 0 0 1em var(--link)}
.plus{color:var(--good)}
.minus{color:var(--bad)}
.path{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.88em}
.diff code{min-width:100%}
.diff span{display:block;margin:0 -.9rem;padding:0 .9rem}
.diff .add{background:var(--add)}
.diff .del{background:var(--del)}
.diff .hunk{background:var(--hunk)}
.diff .name{font-weight:600}
.event{margin:1rem 0;padding:.6rem 1.1rem;border-left:.3rem solid var(--line);font-size:.95rem}
.event p{margin:0}
.event ul{margin:.3rem 0 0;padding-left:1.2rem;color:var(--dim);font-size:.9rem}
.event.loud{background:var(--warn-bg);border-left-color:var(--warn);border-radius:.5rem}
.event.loud ul{color:inherit}
.said{margin:.8rem 0;padding:.7rem 1rem;border-left:.2rem solid var(--line)}
.said.bad{border-left-color:var(--bad)}
.said.warn{border-left-color:var(--warn)}
.note{color:var(--dim);font-size:.9rem}
.crumbs{display:flex;flex-wrap:wrap;gap:.4rem 1rem;list-style:none;padding:0;margin:1rem 0 0}
@media (max-width:40rem){header,nav,main,footer{padding-left:.9rem;padding-right:.9rem}header{padding-top:1.5rem}h1{font-size:1.4rem}.facts{grid-template-columns:1fr;gap:0;padding:.8rem 1rem}.facts dd{margin-bottom:.5rem}.turn>details>summary,.inside{padding-left:.8rem;padding-right:.8rem}.event{padding:.6rem .9rem}}
@media print{:root{color-scheme:light}body{background:#fff;font-size:10pt}header,main,footer,nav{max-width:none;padding:0}.turn{border-color:#aaa;break-inside:auto}summary{break-after:avoid}pre{white-space:pre-wrap;overflow-wrap:anywhere}pre code{display:block}.event,.said,.tool summary{break-inside:avoid}.skip{display:none}.answer a[href]::after{content:" (" attr(href) ")";font-size:.85em;color:#444}}
`;

/** What a page may load: nothing, and no style but ours. */
export function pagePolicy(): string {
	const hash = createHash('sha256').update(PAGE_STYLE).digest('base64');
	return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}
