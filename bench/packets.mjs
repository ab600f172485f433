// npm run bench:packets [-- --dist FOLDER] [--half open|held] [--missing] [--json FILE] [--out FOLDER]
// How much of what was planted in scripted sessions reaches the next agent, by kind and budget, and what leaks.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packetBuilder } from './packets/build.mjs';
import { DIALECTS } from './packets/dialects.mjs';
import { scorePacket } from './packets/score.mjs';
import { technicalTalk } from './packets/script.mjs';
import { heldSessions } from './packets/sessions-held.mjs';
import { openSessions } from './packets/sessions-open.mjs';

const BUDGETS_KB = [8, 16, 24, 48];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
	options: {
		dist: { type: 'string', default: join(root, 'dist') },
		half: { type: 'string' },
		missing: { type: 'boolean' },
		json: { type: 'string' },
		out: { type: 'string' },
	},
});

const packetsOf = await packetBuilder(values.dist);
const talk = technicalTalk(join(root, 'node_modules'));
const halves = { open: openSessions(talk), held: heldSessions(talk) };
const rows = Object.entries(halves)
	.filter(([half]) => values.half === undefined || values.half === half)
	.flatMap(([half, sessions]) => sessions.map((session) => measure(half, session)));

function measure(half, session) {
	const { recordBytes, packets } = packetsOf(session, BUDGETS_KB);
	const scores = packets.map(({ budget, packet, ms }) => {
		if (values.out) {
			mkdirSync(values.out, { recursive: true });
			writeFileSync(join(values.out, `${session.id}-${budget}.md`), packet.markdown);
		}
		return { budget, ms, ...scorePacket(packet, session) };
	});
	return { half, id: session.id, agent: session.agent, title: session.title, recordBytes, scores };
}

const sum = (kinds) =>
	Object.values(kinds).reduce(
		(all, kind) => ({ found: all.found + kind.found, total: all.total + kind.total }),
		{ found: 0, total: 0 },
	);
const share = ({ found, total }) => `${found}/${total}`;
const print = (cells) => console.log(`| ${cells.join(' | ')} |`);
const kb = (bytes) => `${(bytes / 1024).toFixed(bytes < 10_240 ? 1 : 0)} KB`;

print([
	'session',
	'half',
	'agent',
	'records',
	...BUDGETS_KB.map((b) => `${b} KB`),
	'size at 24 KB',
	'leaks',
	'ms',
]);
print(Array.from({ length: 6 + BUDGETS_KB.length + 1 }, () => '---'));
for (const { half, agent, title, recordBytes, scores } of rows) {
	const at24 = scores.find(({ budget }) => budget === 24);
	const found = scores.map(({ kinds }) => share(sum(kinds)));
	const leaks = new Set(scores.flatMap(({ leaks }) => leaks));
	print([
		title,
		half,
		agent,
		kb(recordBytes),
		...found,
		kb(at24.bytes),
		leaks.size,
		Math.round(Math.max(...scores.map(({ ms }) => ms))),
	]);
}

for (const half of Object.keys(halves)) {
	const mine = rows.filter((row) => row.half === half);
	if (mine.length === 0) continue;
	console.log(`\n${half === 'open' ? 'Open half' : 'Held-out half'}, by kind`);
	const names = [...new Set(mine.flatMap(({ scores }) => scores.flatMap(({ kinds }) => Object.keys(kinds))))];
	print(['kind', ...BUDGETS_KB.map((b) => `${b} KB`)]);
	print(['---', ...BUDGETS_KB.map(() => '---')]);
	for (const name of [...names, null]) {
		const cells = BUDGETS_KB.map((budget) => {
			const kinds = mine.map(({ scores }) => scores.find((score) => score.budget === budget).kinds);
			return share(
				sum(kinds.map((kind) => (name === null ? sum(kind) : (kind[name] ?? { found: 0, total: 0 })))),
			);
		});
		print([name ?? 'all', ...cells]);
	}
}

console.log('\nThe same sessions as each CLI prints them');
print([
	'agent',
	...Object.keys(halves).flatMap((half) => BUDGETS_KB.map((b) => `${half}, ${b} KB`)),
	'leaks',
]);
print(Array.from({ length: 2 + Object.keys(halves).length * BUDGETS_KB.length }, () => '---'));
const byAgent = Object.keys(DIALECTS).map((agent) => {
	const measured = Object.entries(halves).map(([half, sessions]) =>
		values.half === undefined || values.half === half
			? sessions.map((session) => measure(half, { ...session, agent }))
			: [],
	);
	const cells = measured.flatMap((mine) =>
		BUDGETS_KB.map((budget) =>
			share(sum(mine.map(({ scores }) => sum(scores.find((score) => score.budget === budget).kinds)))),
		),
	);
	const leaks = measured.flat().flatMap(({ scores }) => scores.flatMap((score) => score.leaks));
	print([agent, ...cells, new Set(leaks).size]);
	return { agent, measured: measured.flat() };
});

if (values.missing)
	for (const { id, scores } of rows)
		for (const { budget, missing, leaks } of scores)
			for (const line of [...missing, ...leaks.map((leak) => `LEAK ${leak}`)])
				console.log(`${id} ${budget} KB: ${line}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ rows, by_agent: byAgent }, null, '\t')}\n`);
const leaked = [...rows, ...byAgent.flatMap(({ measured }) => measured)].some(({ scores }) =>
	scores.some(({ leaks }) => leaks.length > 0),
);
process.exitCode = leaked ? 1 : 0;
