// npm run prices -- FILE|URL [--date YYYY-MM-DD] [--out FILE]
// Writes src/limits/price-table.ts anew from LiteLLM's list of prices, and prints what changed. For the maintainer, by hand:
// nothing fetches prices when the program runs or is tested. A file has no day of its own, so `--date` names it.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parsePriceTable, readPriceList, renderPriceTable } from './price-list.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		date: { type: 'string' },
		out: { type: 'string', default: join(root, 'src/limits/price-table.ts') },
	},
});
const [place] = positionals;
const isUrl = /^https?:/.test(place ?? '');
const date = values.date ?? (isUrl ? new Date().toISOString().slice(0, 10) : undefined);
if (place === undefined || date === undefined)
	fail('Usage: npm run prices -- URL, or: npm run prices -- FILE --date YYYY-MM-DD');
if (!isDay(date)) fail(`--date takes a day as YYYY-MM-DD, not ${JSON.stringify(date)}.`);

const rows = readPriceList(isUrl ? await fetchText(place) : readFileSync(place, 'utf8'));
const before = new Map(parsePriceTable(readIfThere(values.out)));
const source = `LiteLLM's list of prices, ${isUrl ? place : basename(place)}`;
writeFileSync(values.out, renderPriceTable(rows, { date, source }));

const after = new Map(rows);
for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
	const [was, is] = [before.get(name)?.join(' '), after.get(name)?.join(' ')];
	if (was !== is) console.log(`${name}: ${was ?? 'new'} -> ${is ?? 'gone'}`);
}
console.log(`${rows.length} rows of ${date} in ${values.out}`);

function isDay(text) {
	const at = new Date(text);
	return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

async function fetchText(url) {
	const answer = await fetch(url);
	if (!answer.ok) fail(`${url} answered ${answer.status}.`);
	return await answer.text();
}

function readIfThere(path) {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (error.code === 'ENOENT') return '';
		throw error;
	}
}

function fail(text) {
	console.error(text);
	process.exit(64);
}
