// Draws docs/images/hand-over.svg from a real run of the demo on a terminal of 84 columns: the part where a limit hands the work over.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COLUMNS = 84;
const CHARACTER = 8.4;
const LINE = 18;
const MARGIN = 16;
const { spawn } = createRequire(import.meta.url)('node-pty');

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const home = mkdtempSync(join(tmpdir(), 'picture-'));
const terminal = spawn(process.execPath, [join(root, 'bin/agent-relay.js'), 'demo', '--pace', '0.3'], {
	cols: COLUMNS,
	rows: 40,
	cwd: home,
	env: { PATH: process.env.PATH, HOME: home, TERM: 'xterm-256color', TZ: 'UTC' },
});
let output = '';
terminal.onData((data) => {
	output += data;
});
const exitCode = await new Promise((done) => terminal.onExit((end) => done(end.exitCode)));
rmSync(home, { recursive: true, force: true });
if (exitCode !== 0) throw new Error(`the demo ended with ${exitCode}:\n${output}`);

const plain = (line) => line.replaceAll(/\x1b\[[\d;]*m/g, '');
const lines = output.replaceAll('\r', '').split('\n');
const from = lines.findIndex((line) => /^2\. /.test(plain(line)));
const to = lines.findIndex((line) => /^4\. /.test(plain(line)));
const shown = lines.slice(from, to - 1);

const escapeXml = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const STYLES = { 1: 'bold', 2: 'dim', 31: 'bad', 32: 'good', 33: 'warn', 36: 'accent' };

/** Spans of one line; a style holds until its closing sequence. */
function spans(line) {
	const classes = new Set();
	return line
		.split(/(\x1b\[[\d;]*m)/)
		.map((piece) => {
			const code = /^\x1b\[([\d;]*)m$/.exec(piece)?.[1];
			if (code === undefined)
				return piece === '' ? '' : `<tspan class="${[...classes].join(' ')}">${escapeXml(piece)}</tspan>`;
			if (code in STYLES) classes.add(STYLES[code]);
			else if (code === '22') for (const name of ['bold', 'dim']) classes.delete(name);
			else if (code === '39') for (const name of ['bad', 'good', 'warn', 'accent']) classes.delete(name);
			else if (code === '0') classes.clear();
			return '';
		})
		.join('');
}

const width = Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN);
const height = shown.length * LINE + 2 * MARGIN;
const rows = shown.map(
	(line, i) =>
		`<text x="${MARGIN}" y="${MARGIN + (i + 0.8) * LINE}" xml:space="preserve">${spans(line)}</text>`,
);
mkdirSync(join(root, 'docs/images'), { recursive: true });
writeFileSync(
	join(root, 'docs/images/hand-over.svg'),
	`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>A limit mid-task and the hand-over, part of agent-relay demo</title>
<style>
text { font: 14px ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", Consolas, monospace; fill: #d4d4d8 }
.bold { font-weight: 700; fill: #fafafa } .dim { fill: #8b8b94 } .bad { fill: #f87171 } .good { fill: #4ade80 } .warn { fill: #facc15 } .accent { fill: #22d3ee }
</style>
<rect width="100%" height="100%" rx="8" fill="#18181b"/>
${rows.join('\n')}
</svg>
`,
);
