// The index of conversations over a generated corpus: the first time, with nothing changed, with one file grown, and a search; and the
// most memory that the first time took. Whole commands, beside a node that does nothing.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurn, measure, median, quantile } from './figures.mjs';
import { writeCorpus } from './transcript-corpus.mjs';

const PROGRAM = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin/agent-relay.js');
/** The bars of the first index, seconds on two cores. */
const MOST_SECONDS = new Map([[800, 5]]);
const MOST_MB = 150;
const MOST_STARTS = 3;
const MOST_FOR_GROWN = 1.3;
const MOST_QUERY_MS = 20;
/** What people type: the commonest word, rarer ones, phrases, beginnings of words, and what is nowhere. */
const QUERIES = [
	...[
		'e',
		't',
		'tao',
		'cat',
		'e t',
		'e OR t',
		'e NOT t',
		'"e t"',
		'"cat file"',
		'e*',
		't*',
		'ta*',
		'load*',
		'loadx',
		'zzqq',
	],
	...['file-12', 'Bash'],
];
/** Of these each with each of `FILTERS`; null: no words. */
const FILTERED = ['e', 'tao', 'e*', 'e OR t', 'Bash', 'loadx', null];
/** By what few and what many messages have, and none. */
const filtersOf = (conversation) => ({
	user: { role: 'user' },
	tool: { role: 'tool' },
	codex: { agent: 'codex' },
	gemini: { agent: 'gemini' },
	project: { project: '/home/dev/site' },
	'no project': { project: '/home/dev/none' },
	insight: { tags: ['insight'] },
	'no tag': { tags: ['none'] },
	since: { since: Date.UTC(2026, 0, 30) },
	until: { until: Date.UTC(2026, 0, 3) },
	conversation: { conversations: [conversation] },
	'user, site': { role: 'user', project: 'site' },
});
/** One file each: as many bytes, and as many messages, as nobody has. */
const LARGE = [
	{ what: 'one file of 2 GB', megabytes: 2_000, corpus: { fileMb: 2_000, outputChars: 200_000 } },
	{ what: 'one file of 260,000 messages', megabytes: 240, corpus: { fileMb: 240, outputChars: 300 } },
];

export async function measureHistoryIndex({ sizes, rounds, hasLarge }) {
	const rows = [];
	for (const megabytes of sizes) {
		const home = mkdtempSync(join(tmpdir(), 'relay-bench-index-'));
		try {
			mkdirSync(join(home, 'work'));
			const { messages, newest } = writeCorpus(home, megabytes);
			rows.push(...(await measureOne({ home, megabytes, messages, newest, rounds })));
		} finally {
			rmSync(home, { recursive: true, force: true });
		}
	}
	for (const large of hasLarge ? LARGE : []) rows.push(await measureLarge(large));
	return rows;
}

async function measureLarge({ what, megabytes, corpus }) {
	const home = mkdtempSync(join(tmpdir(), 'relay-bench-index-'));
	try {
		mkdirSync(join(home, 'work'));
		const { messages } = writeCorpus(home, megabytes, corpus);
		const { peakMb, ms } = await run(home, ['reindex', '--json']);
		const limit = platform() === 'linux' ? { atMost: MOST_MB } : {};
		return measure(`index: ${what}: peak memory`, 'MB', peakMb, {
			...limit,
			details: { messages, seconds: Math.round(ms / 1000) },
		});
	} finally {
		rmSync(home, { recursive: true, force: true });
	}
}

/** The queries alone, without filters and with them, in milliseconds, in a process that has asked each once. */
async function measureQueries(home, rounds) {
	const built = (path) => import(new URL(`../dist/history/${path}.js`, import.meta.url));
	const { openIndex } = await built('index/open-index');
	const { searchMessages } = await built('query/search-messages');
	const { readQuery } = await built('query/read-query');
	const db = openIndex({ dataHome: join(home, '.local/share/agent-relay') });
	const timed = (typed, filters) => () => {
		const query = typed === null ? null : readQuery(typed).query;
		const began = performance.now();
		searchMessages(db, { query, filters, limit: 20, now: Date.UTC(2026, 11, 1) });
		return performance.now() - began;
	};
	try {
		const { id } = db.prepare('select id from conversations order by id limit 1').get();
		const plain = QUERIES.map((typed) => [typed, timed(typed, {})]);
		const filtered = Object.entries(filtersOf(id)).flatMap(([name, filters]) =>
			FILTERED.map((typed) => [`${typed} (${name})`, timed(typed, filters)]),
		);
		return {
			plain: await inTurn(Object.fromEntries(plain), rounds),
			filtered: await inTurn(Object.fromEntries(filtered), rounds),
		};
	} finally {
		db.close();
	}
}

async function measureOne({ home, megabytes, messages, newest, rounds }) {
	const named = (what) => `index: ${megabytes} MB: ${what}`;
	const first = await run(home, ['reindex', '--json']);
	const indexed = JSON.parse(first.stdout).messages;
	if (indexed !== messages) throw new Error(`${indexed} of ${messages} messages were indexed`);
	const seconds = MOST_SECONDS.get(megabytes);
	const search = async () => (await run(home, ['search', 'tao', '--json'])).ms;
	const { node, unchanged, grown } = await inTurn(
		{
			node: async () => (await start(process.execPath, ['-e', '0'], home)).ms,
			unchanged: search,
			grown: () => {
				appendFileSync(newest, '{"type":"event_msg","payload":{"type":"token_count","info":null}}\n');
				return search();
			},
		},
		rounds,
	);
	const queries = await measureQueries(home, rounds);
	const starts = (values) => median(values) / median(node);
	return [
		measure(named('first'), 's', first.ms / 1000, {
			...(seconds === undefined ? {} : { atMost: seconds }),
			details: { messages },
		}),
		measure(named('peak memory'), 'MB', first.peakMb, platform() === 'linux' ? { atMost: MOST_MB } : {}),
		measure(named('search, nothing changed'), 'bare node starts', starts(unchanged), {
			atMost: MOST_STARTS,
			values: unchanged,
		}),
		measure(named('search, one file grown'), 'x nothing changed', median(grown) / median(unchanged), {
			atMost: MOST_FOR_GROWN,
			values: grown,
		}),
		queryRow(named('query alone, p99'), queries.plain, megabytes),
		queryRow(named('query with a filter, p99'), queries.filtered, megabytes),
	];
}

/** `queries`: milliseconds by query. */
function queryRow(name, queries, megabytes) {
	const values = Object.values(queries).flat();
	const [slowest] = Object.entries(queries).sort(([, a], [, b]) => median(b) - median(a));
	return measure(name, 'ms', quantile(values, 0.99), {
		...(megabytes === 800 ? { atMost: MOST_QUERY_MS } : {}),
		values,
		details: { slowest: { query: slowest[0], median_ms: Math.round(median(slowest[1]) * 10) / 10 } },
	});
}

const run = (home, argv) => start(process.execPath, [PROGRAM, ...argv], home);

/** The most memory is read from /proc while it runs; 0 elsewhere. */
function start(program, argv, home) {
	return new Promise((resolve, reject) => {
		const began = performance.now();
		const env = { PATH: process.env.PATH, HOME: home, NO_COLOR: '1' };
		const child = spawn(program, argv, {
			cwd: join(home, 'work'),
			env,
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		let [stdout, peakMb] = ['', 0];
		child.stdout.on('data', (chunk) => {
			stdout += chunk;
		});
		const look = setInterval(() => {
			peakMb = Math.max(peakMb, peakOf(child.pid));
		}, 20);
		child.on('error', reject);
		child.on('close', (code) => {
			clearInterval(look);
			if (code === 0) resolve({ ms: performance.now() - began, stdout, peakMb });
			else reject(new Error(`${argv.join(' ')} ended with ${code}`));
		});
	});
}

function peakOf(pid) {
	try {
		return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
	} catch {
		return 0;
	}
}
