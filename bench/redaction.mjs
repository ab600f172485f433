// How many planted secrets redaction takes out and how much else, beside @secretlint's recommended preset and gitleaks'
// published rule list on the same cases; and its time for a megabyte, which has to grow with the text and no faster.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';
import { measure, median } from './figures.mjs';
import { withTypeScript } from './load-typescript.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MB = 1024 * 1024;
/** gitleaks' list is no package: name a copy of config/gitleaks.toml of its repository here. */
const GITLEAKS_RULES = process.env.AGENT_RELAY_BENCH_GITLEAKS ?? '';
/** Four times the text in no more than this many times four the time. */
const MOST_GROWTH = 1.5;

export async function measureRedaction({ rounds }) {
	const cases = await withTypeScript(['/test/helpers/secret-cases.ts'], ({ SECRET_CASES, secretOf }) =>
		SECRET_CASES.map((each) => ({ ...secretOf(each), miss: each.miss })),
	);
	const { createRedactor } = await import(join(root, 'dist', 'handoff', 'redact.js'));
	const finders = {
		'agent-relay': ours(createRedactor),
		'@secretlint preset-recommend': await secretlint(),
		gitleaks: gitleaks(),
	};
	const rows = [];
	for (const [name, finder] of Object.entries(finders)) {
		if (typeof finder === 'string') rows.push({ name: `redaction: ${name}`, skipped: finder });
		else rows.push(...(await measureFinder(name, finder, cases, rounds)));
	}
	return rows;
}

async function measureFinder(name, find, cases, rounds) {
	let hits = 0;
	let falseHits = 0;
	for (const { text, secret, miss } of cases) {
		if (covers(await find(text), text, secret)) hits++;
		if ((await find(miss)).length > 0) falseHits++;
	}
	const isOurs = name === 'agent-relay';
	const [one, four] = await times(find, rounds);
	return [
		measure(`redaction: ${name}: found`, `of ${cases.length}`, hits, {
			...(isOurs ? { atLeast: cases.length } : {}),
			details: { misses: cases.length - hits },
		}),
		measure(`redaction: ${name}: false hits`, `of ${cases.length}`, falseHits, isOurs ? { atMost: 0 } : {}),
		measure(`redaction: ${name}: time`, 'ms/MB', one, {}),
		measure(`redaction: ${name}: four times the text`, 'times the time of each MB', four / 4 / one, {
			...(isOurs ? { atMost: MOST_GROWTH } : {}),
		}),
	];
}

/** A found range that holds any of the secret counts: scanners report a line's token, not always its ends. */
function covers(ranges, text, secret) {
	const start = text.indexOf(secret);
	return ranges.some(([from, to]) => from < start + secret.length && to > start);
}

async function times(find, rounds) {
	const text = ownText();
	const figures = [[], []];
	for (let round = 0; round < rounds; round++) {
		for (const [at, size] of [MB, 4 * MB].entries()) {
			const piece = text.repeat(Math.ceil(size / text.length)).slice(0, size);
			const before = performance.now();
			await find(piece);
			figures[at].push(performance.now() - before);
		}
	}
	return figures.map(median);
}

/** Code, prose and a lock file of this repo. */
function ownText() {
	const read = (folder, ending) =>
		readdirSync(join(root, folder))
			.filter((name) => name.endsWith(ending))
			.map((name) => readFileSync(join(root, folder, name), 'utf8'));
	return [
		...read('src/relay', '.ts'),
		...read('docs', '.md'),
		readFileSync(join(root, 'package-lock.json'), 'utf8'),
	].join('\n');
}

/** What is left in front of and behind the first and last change is what it left. */
function ours(createRedactor) {
	return (text) => {
		const shown = createRedactor([]).record(text);
		if (shown === text) return [];
		let start = 0;
		while (text[start] === shown[start]) start++;
		let end = 0;
		while (end < text.length - start && text.at(-1 - end) === shown.at(-1 - end)) end++;
		return [[start, Math.max(start + 1, text.length - end)]];
	};
}

async function secretlint() {
	const [core, preset] = await Promise.all([
		import('@secretlint/core').catch(() => null),
		import('@secretlint/secretlint-rule-preset-recommend').catch(() => null),
	]);
	if (core === null || preset === null) return 'the development tools are not installed (npm ci)';
	const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: preset.creator }] };
	return async (content) => {
		const source = { filePath: 'record.txt', ext: '.txt', contentType: 'text', content };
		const { messages } = await core.lintSource({ source, options: { config, noPhysicFilePath: true } });
		return messages.map(({ range }) => range);
	};
}

function gitleaks() {
	if (!existsSync(GITLEAKS_RULES))
		return 'AGENT_RELAY_BENCH_GITLEAKS does not name a copy of config/gitleaks.toml';
	const { rules } = parse(readFileSync(GITLEAKS_RULES, 'utf8'));
	const read = rules.flatMap(({ regex, keywords = [], entropy = 0 }) => {
		const shape = regex === undefined ? null : fromGo(regex);
		return shape === null ? [] : [{ shape, keywords, entropy }];
	});
	return (text) => {
		const lower = text.toLowerCase();
		return read.flatMap(({ shape, keywords, entropy }) => {
			if (keywords.length > 0 && !keywords.some((word) => lower.includes(word))) return [];
			return [...text.matchAll(shape)]
				.filter((match) => entropyOf(match.slice(1).find(Boolean) ?? match[0]) >= entropy)
				.map((match) => [match.index, match.index + match[0].length]);
		});
	};
}

/** A Go expression as JavaScript reads it; flags inside it count for all of it. Null: it cannot be read. */
function fromGo(regex) {
	const flags = /\(\?i[):]/.test(regex) ? 'gi' : 'g';
	const source = regex
		.replace(/\(\?-?i\)/g, '')
		.replace(/\(\?-?i:/g, '(?:')
		.replace(/\(\?P</g, '(?<')
		.replace(/\\z/g, '$');
	try {
		return new RegExp(source, flags);
	} catch {
		return null;
	}
}

/** Shannon's, in bits a character, as gitleaks weighs a match. */
function entropyOf(text) {
	const counts = new Map();
	for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
	return [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log2(n / text.length), 0);
}
