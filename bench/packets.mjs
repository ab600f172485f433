// npm run bench:packets [-- --dist FOLDER] [--half open|held] [--missing] [--json FILE] [--out FOLDER]
// How much of what was planted in scripted sessions reaches the next agent, by kind and budget, and what leaks.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packetBuilder } from './packets/build.mjs';
import { DIALECTS } from './packets/dialects.mjs';
import { lineageBuilder } from './packets/lineage-build.mjs';
import { measureLineages, recast } from './packets/lineage-report.mjs';
import { heldLineages } from './packets/lineages-held.mjs';
import { openLineages } from './packets/lineages-open.mjs';
import { promptFacts, scorePacket } from './packets/score.mjs';
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
	const planted = { facts: [...promptFacts(session), ...session.facts], leaks: session.leaks };
	const scores = packets.map(({ budget, packet, ms }) => {
		if (values.out) {
			mkdirSync(values.out, { recursive: true });
			writeFileSync(join(values.out, `${session.id}-${budget}.md`), packet.markdown);
		}
		return { budget, ms, ...scorePacket(packet, planted) };
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

for (const half of Object.keys(halves))
	printKinds(
		`${half === 'open' ? 'Open half' : 'Held-out half'}, by kind`,
		rows.filter((row) => row.half === half),
	);

function printKinds(title, mine) {
	if (mine.length === 0) return;
	console.log(`\n${title}`);
	const names = [...new Set(mine.flatMap(({ scores }) => scores.flatMap(({ kinds }) => Object.keys(kinds))))];
	print(['kind', ...BUDGETS_KB.map((b) => `${b} KB`)]);
	print(['---', ...BUDGETS_KB.map(() => '---')]);
	for (const name of names) print([name, ...BUDGETS_KB.map((budget) => share(found(mine, budget, name)))]);
	print(['all', ...BUDGETS_KB.map((budget) => share(found(mine, budget)))]);
}

/** Over all rows at one budget; of one kind where named. */
function found(mine, budget, name) {
	const kinds = mine.map(({ scores }) => scores.find((score) => score.budget === budget).kinds);
	return sum(kinds.map((kind) => (name === undefined ? sum(kind) : (kind[name] ?? { found: 0, total: 0 }))));
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

const lineagesOf = await lineageBuilder(values.dist);
const lineages = Object.fromEntries(
	Object.entries({ open: openLineages(talk), held: heldLineages(talk) }).filter(
		([half]) => values.half === undefined || values.half === half,
	),
);
const returned = await measureLineages(lineagesOf, lineages, BUDGETS_KB, values.out);
console.log('\nAgents that return, and finished sessions that are taken up again');
print([
	'session',
	'half',
	'packet',
	'for',
	...BUDGETS_KB.map((b) => `${b} KB`),
	'size at 24 KB',
	'told again at 24 KB',
	'leaks',
	'ms',
]);
print(Array.from({ length: 8 + BUDGETS_KB.length }, () => '---'));
for (const row of returned) {
	const at24 = row.scores.find(({ budget }) => budget === 24);
	print([
		row.title,
		row.half,
		row.kind,
		row.agent,
		...BUDGETS_KB.map((budget) => share(found([row], budget))),
		kb(at24.bytes),
		row.kind === 'full'
			? ''
			: `${at24.repeated} B${at24.retold.length > 0 ? `: ${at24.retold.length} facts` : ''}`,
		new Set(row.scores.flatMap(({ leaks }) => leaks)).size,
		Math.round(Math.max(...row.scores.map(({ ms }) => ms))),
	]);
}
for (const half of Object.keys(lineages))
	for (const kind of ['delta', 'full'])
		printKinds(
			`${half === 'open' ? 'Open half' : 'Held-out half'}, ${kind === 'delta' ? 'delta packets' : 'full packets of parent chains'}, by kind`,
			returned.filter((row) => row.half === half && row.kind === kind),
		);

console.log('\nThe same with the parts dealt to other CLIs');
print([
	'parts',
	...Object.keys(lineages).flatMap((half) => BUDGETS_KB.map((b) => `${half}, ${b} KB`)),
	'told again at 24 KB',
	'leaks',
]);
print(Array.from({ length: 3 + Object.keys(lineages).length * BUDGETS_KB.length }, () => '---'));
const recasts = [returned];
for (let by = 1; by < Object.keys(DIALECTS).length; by++) {
	const recasted = Object.entries(lineages).map(([half, sessions]) => [
		half,
		sessions.map((session) => recast(session, by)),
	]);
	recasts.push(await measureLineages(lineagesOf, Object.fromEntries(recasted), BUDGETS_KB));
}
recasts.forEach((mine, by) => {
	const scores = mine.flatMap((row) => row.scores);
	const at24 = mine
		.filter(({ kind }) => kind === 'delta')
		.flatMap((row) => row.scores.filter(({ budget }) => budget === 24));
	print([
		by === 0 ? 'as above' : `moved on by ${by}`,
		...Object.keys(lineages).flatMap((half) =>
			BUDGETS_KB.map((budget) =>
				share(
					found(
						mine.filter((row) => row.half === half),
						budget,
					),
				),
			),
		),
		`${at24.reduce((bytes, { repeated }) => bytes + repeated, 0)} B`,
		new Set(scores.flatMap(({ leaks }) => leaks)).size,
	]);
});

if (values.missing)
	for (const { id, role = '', scores } of [...rows, ...recasts.flat()])
		for (const { budget, missing, leaks, retold = [] } of scores)
			for (const line of [
				...missing,
				...leaks.map((leak) => `LEAK ${leak}`),
				...retold.map((text) => `TOLD AGAIN ${text}`),
			])
				console.log(`${id} ${role} ${budget} KB: ${line}`);
if (values.json)
	writeFileSync(
		values.json,
		`${JSON.stringify({ rows, by_agent: byAgent, lineages: recasts }, null, '\t')}\n`,
	);
const leaked = [...rows, ...byAgent.flatMap(({ measured }) => measured), ...recasts.flat()].some(
	({ scores }) => scores.some(({ leaks }) => leaks.length > 0),
);
process.exitCode = leaked ? 1 : 0;
