// npm run bench:packets [-- --dist FOLDER] [--half open|held] [--without NAME] [--missing] [--json FILE] [--out FOLDER]
// How much of what was planted in scripted sessions reaches the next agent, by kind and budget, and what leaks. With
// `--without NAME` the same packets are built a second time with one ingredient left out, and stand beside the whole ones.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { INGREDIENTS } from './packets/ingredients.mjs';
import { leaksOf, measureSets } from './packets/measure-sets.mjs';
import { printComparison, printMissing, printTables } from './packets/tables.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
	options: {
		dist: { type: 'string', default: join(root, 'dist') },
		half: { type: 'string' },
		without: { type: 'string' },
		missing: { type: 'boolean' },
		json: { type: 'string' },
		out: { type: 'string' },
	},
});

const { without } = values;
if (without !== undefined && !(without in INGREDIENTS)) {
	console.error(`--without ${without}: not an ingredient. One of: ${Object.keys(INGREDIENTS).join(', ')}.`);
	process.exit(64);
}

const toMeasure = {
	dist: values.dist,
	packages: join(root, 'node_modules'),
	half: values.half ?? null,
	without: null,
	out: values.out ?? null,
};
const whole = await measureSets(toMeasure);
if (without === undefined) {
	printTables(whole);
	if (values.missing) printMissing(whole);
} else {
	const out = values.out === undefined ? null : join(values.out, `without ${without}`);
	const lacking = await measureSets({ ...toMeasure, without, out });
	printComparison(whole, lacking, without);
	if (values.missing) printMissing(lacking);
}

const { rows, byAgent, recasts } = whole;
if (values.json)
	writeFileSync(
		values.json,
		`${JSON.stringify({ rows, by_agent: byAgent, lineages: recasts }, null, '\t')}\n`,
	);
const all = [...rows, ...byAgent.flatMap(({ measured }) => measured), ...recasts.flat()];
// Not 1, with which a crash ends.
process.exitCode = leaksOf(all).size > 0 ? 3 : 0;
