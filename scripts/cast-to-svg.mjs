// An asciicast (https://docs.asciinema.org/manual/asciicast/v2/) as one SVG file that moves by itself, without a script in it: rows
// come in at the bottom and push the others up, as in a terminal. For output that only appends rows; styles are kept.
const CHARACTER = 8.4;
const LINE = 18;
const MARGIN = 16;
/** Longer silences are cut to this, seconds. */
const LONGEST_GAP = 1.2;
/** The last row stays this long before it begins again, seconds. */
const HOLD = 5;

const STYLES = { 1: 'bold', 2: 'dim', 3: 'italic', 31: 'bad', 32: 'good', 33: 'warn', 36: 'accent' };
const escapeXml = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Header and events of a cast; throws for another version. */
export function readCast(text) {
	const [header, ...events] = text
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line));
	if (header.version !== 2) throw new Error(`asciicast ${header.version} is not known, only 2`);
	return { header, events: events.filter(([, kind]) => kind === 'o').map(([at, , data]) => ({ at, data })) };
}

/** Each row with the second in which it was begun. */
export function timedRows(events) {
	const rows = [];
	let open = null;
	for (const { at, data } of events) {
		for (const piece of data.replaceAll('\r', '').split(/(?<=\n)/)) {
			open ??= { at, text: '' };
			open.text += piece.replace('\n', '');
			if (!piece.endsWith('\n')) continue;
			rows.push(open);
			open = null;
		}
	}
	return open === null || open.text === '' ? rows : [...rows, open];
}

/** The same rows with silences cut, from second 0; `pauses`: seconds of rest after a row that matches. */
export function paced(rows, pauses) {
	let time = 0;
	return rows.map((row, i) => {
		if (i > 0) {
			const rest = pauses.find(({ after }) => after.test(plain(rows[i - 1].text)))?.seconds ?? 0;
			time += rest + Math.min(LONGEST_GAP, Math.max(0, row.at - rows[i - 1].at));
		}
		return { ...row, at: time };
	});
}

export const plain = (text) => text.replaceAll(/\x1b\[[\d;]*m/g, '');

/** Spans of one row; a style holds until its closing sequence. */
function spans(text) {
	const classes = new Set();
	return text
		.split(/(\x1b\[[\d;]*m)/)
		.map((piece) => {
			const codes = /^\x1b\[([\d;]*)m$/.exec(piece)?.[1]?.split(';');
			if (codes === undefined) {
				if (piece === '') return '';
				const style = classes.size === 0 ? '' : ` class="${[...classes].join(' ')}"`;
				return `<tspan${style}>${escapeXml(piece)}</tspan>`;
			}
			for (const code of codes) {
				if (code in STYLES) classes.add(STYLES[code]);
				else if (code === '22') for (const name of ['bold', 'dim']) classes.delete(name);
				else if (code === '23') classes.delete('italic');
				else if (code === '39') for (const name of ['bad', 'good', 'warn', 'accent']) classes.delete(name);
				else if (code === '0' || code === '') classes.clear();
			}
			return '';
		})
		.join('');
}

/** `rows` from `paced`; `height`: rows that are seen at once. */
export function renderSvg(rows, { columns, height, title }) {
	const total = (rows.at(-1)?.at ?? 0) + HOLD;
	const percent = (seconds) => `${((seconds / total) * 100).toFixed(2)}%`;
	// Rows of the same moment come in together.
	const stops = rows.flatMap(({ at }, i) => {
		if (rows[i + 1] !== undefined && percent(rows[i + 1].at) === percent(at)) return [];
		return [`${percent(at)} { transform: translateY(${(height - i - 1) * LINE}px) }`];
	});
	const last = `translateY(${(height - rows.length) * LINE}px)`;
	const texts = rows.flatMap(({ text }, i) =>
		plain(text).trim() === ''
			? []
			: [`<text x="0" y="${((i + 0.8) * LINE).toFixed(1)}" xml:space="preserve">${spans(text)}</text>`],
	);
	const width = Math.ceil(columns * CHARACTER + 2 * MARGIN);
	const tall = height * LINE + 2 * MARGIN;
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${tall}" viewBox="0 0 ${width} ${tall}" role="img">
<title>${escapeXml(title)}</title>
<style>
text { font: 14px ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", Consolas, monospace; fill: #d4d4d8 }
.bold { font-weight: 700; fill: #fafafa } .dim { fill: #8b8b94 } .italic { font-style: italic } .bad { fill: #f87171 } .good { fill: #4ade80 } .warn { fill: #facc15 } .accent { fill: #22d3ee }
@keyframes play {
${stops.join('\n')}
100% { transform: ${last} }
}
#rows { transform: ${last}; animation: play ${total.toFixed(1)}s step-end infinite }
@media (prefers-reduced-motion: reduce) { #rows { animation: none } }
</style>
<rect width="100%" height="100%" rx="8" fill="#18181b"/>
<clipPath id="screen"><rect width="${width - 2 * MARGIN}" height="${height * LINE}"/></clipPath>
<g transform="translate(${MARGIN} ${MARGIN})"><g clip-path="url(#screen)"><g id="rows">
${texts.join('\n')}
</g></g></g>
</svg>
`;
}
