// The figures of `npm run bench:packets` as Markdown tables.
import { BUDGETS_KB, found, kindsOf, leaksOf } from './measure-sets.mjs';

const share = ({ found, total }) => `${found}/${total}`;
const print = (cells) => console.log(`| ${cells.join(' | ')} |`);
const kb = (bytes) => `${(bytes / 1024).toFixed(bytes < 10_240 ? 1 : 0)} KB`;
const budgets = BUDGETS_KB.map((budget) => `${budget} KB`);
const halfTitle = (half) => (half === 'open' ? 'Open half' : 'Held-out half');
const slowest = (scores) => Math.round(Math.max(...scores.map(({ ms }) => ms)));

function printHead(cells) {
	print(cells);
	print(cells.map(() => '---'));
}

export function printTables({ rows, byAgent, recasts }) {
	const halves = [...new Set(rows.map(({ half }) => half))];
	printSessions(rows);
	for (const half of halves)
		printKinds(
			`${halfTitle(half)}, by kind`,
			rows.filter((row) => row.half === half),
		);
	printByAgent(byAgent, halves);
	const [returned] = recasts;
	printLineages(returned);
	for (const half of halves)
		for (const kind of ['delta', 'full'])
			printKinds(
				`${halfTitle(half)}, ${kind === 'delta' ? 'delta packets' : 'full packets of parent chains'}, by kind`,
				returned.filter((row) => row.half === half && row.kind === kind),
			);
	printRecasts(recasts, halves);
}

function printSessions(rows) {
	printHead(['session', 'half', 'agent', 'records', ...budgets, 'size at 24 KB', 'leaks', 'ms']);
	for (const row of rows)
		print([
			row.title,
			row.half,
			row.agent,
			kb(row.recordBytes),
			...BUDGETS_KB.map((budget) => share(found([row], budget))),
			kb(row.scores.find(({ budget }) => budget === 24).bytes),
			leaksOf([row]).size,
			slowest(row.scores),
		]);
}

function printKinds(title, mine) {
	if (mine.length === 0) return;
	console.log(`\n${title}`);
	printHead(['kind', ...budgets]);
	for (const name of kindsOf(mine))
		print([name, ...BUDGETS_KB.map((budget) => share(found(mine, budget, name)))]);
	print(['all', ...BUDGETS_KB.map((budget) => share(found(mine, budget)))]);
}

function printByAgent(byAgent, halves) {
	console.log('\nThe same sessions as each CLI prints them');
	printHead(['agent', ...columnsOf(halves), 'leaks']);
	for (const { agent, measured } of byAgent)
		print([agent, ...cellsOf(measured, halves), leaksOf(measured).size]);
}

const columnsOf = (halves) => halves.flatMap((half) => budgets.map((budget) => `${half}, ${budget}`));

const cellsOf = (rows, halves) =>
	halves.flatMap((half) =>
		BUDGETS_KB.map((budget) =>
			share(
				found(
					rows.filter((row) => row.half === half),
					budget,
				),
			),
		),
	);

function printLineages(returned) {
	console.log('\nAgents that return, and finished sessions that are taken up again');
	printHead([
		'session',
		'half',
		'packet',
		'for',
		...budgets,
		'size at 24 KB',
		'repeated at 24 KB',
		'leaks',
		'ms',
	]);
	for (const row of returned) {
		const at24 = row.scores.find(({ budget }) => budget === 24);
		const facts = at24.retold.length > 0 ? `: ${at24.retold.length} facts` : '';
		print([
			row.title,
			row.half,
			row.kind,
			row.agent,
			...BUDGETS_KB.map((budget) => share(found([row], budget))),
			kb(at24.bytes),
			row.kind === 'full' ? '' : `${at24.repeated} B${facts}`,
			leaksOf([row]).size,
			slowest(row.scores),
		]);
	}
}

function printRecasts(recasts, halves) {
	console.log('\nThe same with the parts dealt to other CLIs');
	printHead(['parts', ...columnsOf(halves), 'repeated at 24 KB', 'leaks']);
	recasts.forEach((mine, by) => {
		const deltas = mine.filter(({ kind }) => kind === 'delta').flatMap(({ scores }) => scores);
		const again = deltas.reduce((bytes, { budget, repeated }) => bytes + (budget === 24 ? repeated : 0), 0);
		print([
			by === 0 ? 'as above' : `moved on by ${by}`,
			...cellsOf(mine, halves),
			`${again} B`,
			leaksOf(mine).size,
		]);
	});
}

export function printMissing({ rows, recasts }) {
	for (const { id, role = '', scores } of [...rows, ...recasts.flat()])
		for (const { budget, missing, leaks, retold = [] } of scores)
			for (const line of [
				...missing,
				...leaks.map((leak) => `LEAK ${leak}`),
				...retold.map((text) => `TOLD AGAIN ${text}`),
			])
				console.log(`${id} ${role} ${budget} KB: ${line}`);
}

/** What an ingredient is for: every set with it and without it, then the kinds of facts that differ. */
export function printComparison(whole, lacking, name) {
	console.log(`Packets with and without ${name}\n`);
	printHead([
		'set',
		...budgets.flatMap((budget) => [budget, `${budget} without ${name}`]),
		'size at 24 KB',
		`size without ${name}`,
		'leaks',
		`leaks without ${name}`,
	]);
	const sets = setsOf(whole);
	const others = new Map(setsOf(lacking));
	for (const [title, rows] of sets) {
		const without = others.get(title);
		const at = (mine) => (budget) => share(found(mine, budget));
		print([
			title,
			...BUDGETS_KB.flatMap((budget) => [at(rows)(budget), at(without)(budget)]),
			kb(meanSize(rows)),
			kb(meanSize(without)),
			leaksOf(rows).size,
			leaksOf(without).size,
		]);
	}
	console.log('\nKinds of facts that differ');
	printHead(['set', 'kind', ...budgets.flatMap((budget) => [budget, `${budget} without ${name}`])]);
	for (const [title, rows] of sets)
		for (const kind of kindsOf(rows)) {
			const cells = BUDGETS_KB.map((budget) => [
				share(found(rows, budget, kind)),
				share(found(others.get(title), budget, kind)),
			]);
			if (cells.some(([one, other]) => one !== other)) print([title, kind, ...cells.flat()]);
		}
}

function setsOf({ rows, byAgent, recasts }) {
	const halves = [...new Set(rows.map(({ half }) => half))];
	return [
		['sessions', rows],
		['sessions in each CLI', byAgent.flatMap(({ measured }) => measured)],
		['lineages', recasts[0]],
		['lineages in all castings', recasts.flat()],
	].flatMap(([title, mine]) =>
		halves.map((half) => [`${title}, ${half}`, mine.filter((row) => row.half === half)]),
	);
}

function meanSize(rows) {
	const sizes = rows.map(({ scores }) => scores.find(({ budget }) => budget === 24).bytes);
	return sizes.reduce((sum, bytes) => sum + bytes, 0) / sizes.length;
}
