// Records the hand-over of the demo on a terminal of 84 columns as docs/images/hand-over.cast, and draws docs/images/hand-over.svg
// from that. With `--draw` it draws from the recording that is there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { paced, plain, readCast, renderSvg, timedRows } from './cast-to-svg.mjs';

const COLUMNS = 84;
const ROWS = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cast = join(root, 'docs/images/hand-over.cast');

async function record() {
	const { spawn } = createRequire(import.meta.url)('node-pty');
	const home = mkdtempSync(join(tmpdir(), 'picture-'));
	const startedAt = performance.now();
	const terminal = spawn(process.execPath, [join(root, 'bin/agent-relay.js'), 'demo'], {
		cols: COLUMNS,
		rows: 40,
		cwd: home,
		// Nobody presses Enter.
		env: {
			PATH: process.env.PATH,
			HOME: home,
			TERM: 'xterm-256color',
			LANG: 'C.UTF-8',
			TZ: 'UTC',
			CI: 'true',
		},
	});
	const events = [];
	terminal.onData((data) => events.push({ at: (performance.now() - startedAt) / 1000, data }));
	const exitCode = await new Promise((done) => terminal.onExit((end) => done(end.exitCode)));
	rmSync(home, { recursive: true, force: true });
	if (exitCode !== 0)
		throw new Error(`the demo ended with ${exitCode}:\n${events.map(({ data }) => data).join('')}`);
	const rows = timedRows(events);
	const from = rows.findIndex(({ text }) => /^2\. /.test(plain(text)));
	const to = rows.findIndex(({ text }) => /^4\. /.test(plain(text)));
	const shown = rows.slice(from, to - 1);
	const header = {
		version: 2,
		width: COLUMNS,
		height: ROWS,
		title: 'agent-relay demo: a limit, and the hand-over',
	};
	const lines = shown.map(({ at, text }) => [Number((at - shown[0].at).toFixed(3)), 'o', `${text}\r\n`]);
	writeFileSync(cast, `${[header, ...lines].map((line) => JSON.stringify(line)).join('\n')}\n`);
}

if (!process.argv.includes('--draw')) await record();
const { header, events } = readCast(readFileSync(cast, 'utf8'));
const rows = paced(timedRows(events), [
	{ after: /^ *carried /, seconds: 3 },
	{ after: /→/, seconds: 0.5 },
	{ after: /^2\. |^3\. /, seconds: 1 },
]);
writeFileSync(
	join(root, 'docs/images/hand-over.svg'),
	renderSvg(rows, { columns: header.width, height: header.height, title: header.title }),
);
