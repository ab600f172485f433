/** Scripted sessions with planted facts, in several languages, styles and sizes. */
import type { PacketInput } from '../../../src/handoff/packet-input.ts';
import { logNoise, type ScriptedTurn, smallTalk } from './scripted-session.ts';

export interface Scenario {
	title: string;
	turns: ScriptedTurn[];
	over?: Partial<PacketInput>;
	/** Each must stand in the packet's own words or quotes. */
	facts: Array<string | RegExp>;
	/** `[later, earlier]`: the later stands, and last. */
	corrections: Array<[string, string]>;
	/** Must not be there at all. */
	absent: string[];
}

const addedFile = (path: string, lines: string[]) => ({
	path,
	change: 'added' as const,
	added: lines.length,
	removed: 0,
	text: `diff --git a/${path} b/${path}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}`).join('\n')}\n`,
	by: 'agent' as const,
});

const german: Scenario = {
	title: 'German, with a correction of a correction',
	turns: [
		{
			user: 'Bitte baue den Rechnungsexport in src/export.py um: Beträge in Cent, Ausgabe als CSV, keine neuen Abhängigkeiten. Prüfen mit `python -m pytest -q`.',
			acts: [
				{ think: 'Vermutlich liegt alles am Komma im Gebietsschema.' },
				{
					run: 'python -m pytest -q',
					exit: 1,
					out: `${logNoise(80)}\nE       AssertionError: erwartet 1999, erhalten 19.99\n1 failed, 6 passed in 0.31s`,
				},
				{ plan: ['> Beträge in Cent', '  CSV schreiben', '  Kopfzeile prüfen'] },
				{
					say: `${smallTalk(40, 1)}\n\nIch habe mich für Decimal statt float entschieden, weil float bei 0,1 rundet. pandas habe ich verworfen, denn es wäre eine neue Abhängigkeit. ${smallTalk(20, 2)}`,
				},
			],
			files: ['src/export.py'],
		},
		{ user: 'Das Trennzeichen ist das Semikolon.', acts: [{ say: 'Erledigt, das Semikolon trennt jetzt.' }] },
		{
			user: 'Nein, doch lieber Tabulator als Trennzeichen.',
			acts: [
				{
					say: `Umgestellt. ${smallTalk(30, 3)} Bekannte Lücke: Zeilenumbrüche in Feldern werden noch nicht maskiert.`,
				},
			],
		},
		{
			user: 'Letztes Wort: wieder das Semikolon, aber Felder immer in Anführungszeichen.',
			acts: [
				{ plan: ['x Beträge in Cent', '> CSV schreiben', '  Kopfzeile prüfen'] },
				{
					say: `${smallTalk(25, 4)}\n\nOffene Frage: Soll die Kopfzeile deutsch oder englisch sein?\n\n${smallTalk(25, 5)}`,
				},
			],
		},
		{
			user: 'Mach die Kopfzeile deutsch und lass die Tests laufen.',
			acts: [
				{
					run: 'python -m pytest -q',
					exit: 1,
					out: "E       KeyError: 'Betrag'\n1 failed, 7 passed in 0.29s",
				},
				{
					say: 'Als Nächstes ersetze ich den Schlüssel amount durch Betrag in src/export.py und lasse pytest erneut laufen.',
				},
			],
		},
	],
	facts: [
		/Decimal statt float entschieden, weil float bei 0,1 rundet/,
		/pandas habe ich verworfen, denn es wäre eine neue Abhängigkeit/,
		'Bekannte Lücke: Zeilenumbrüche in Feldern',
		'Soll die Kopfzeile deutsch oder englisch sein?',
		'ersetze ich den Schlüssel amount durch Betrag',
		'erwartet 1999, erhalten 19.99',
		"KeyError: 'Betrag'",
		/exit 1 · turn 5 .*newest result · python -m pytest -q/,
		'1 failed, 7 passed',
		/\[x\] done: Beträge in Cent/,
		/\[>\] in progress: CSV schreiben/,
		/\[ \] pending: Kopfzeile prüfen/,
	],
	corrections: [
		['wieder das Semikolon', 'lieber Tabulator als Trennzeichen'],
		['lieber Tabulator', 'Das Trennzeichen ist das Semikolon'],
	],
	absent: ['Gebietsschema'],
};

const terse: Scenario = {
	title: 'terse and lower case, a plan as a check list in the text, aider-like',
	turns: [
		{
			user: 'make the cache ttl configurable, env CACHE_TTL, default 60',
			agent: 'aider',
			acts: [
				{ say: 'ok. plan:\n- [x] read env in config.rs\n- [ ] pass ttl to Cache::new\n- [ ] docs' },
				{
					run: 'cargo test',
					exit: 101,
					out: 'error[E0061]: this function takes 2 arguments but 1 argument was supplied\n --> src/cache.rs:14:5\nerror: could not compile `kv` (lib test) due to 1 previous error',
				},
				{ say: 'picked Duration over u64, no unit mixups. once_cell is out: std OnceLock does it.' },
			],
		},
		{
			user: 'ttl 0 means never expire',
			acts: [{ say: 'done. not handled: negative values.' }],
			agent: 'aider',
		},
		{
			user: 'no wait, 0 means cache off',
			agent: 'aider',
			acts: [
				{
					say: 'plan:\n- [x] read env in config.rs\n- [x] pass ttl to Cache::new\n- [ ] docs\n\nshould a bad value abort or warn?',
				},
			],
		},
		{
			user: 'warn. now the docs',
			agent: 'aider',
			acts: [
				{ run: 'cargo test', exit: 0, out: 'test result: ok. 12 passed; 0 failed' },
				{ say: 'next: table in docs/config.md' },
			],
		},
	],
	over: {
		diffs: [
			addedFile('src/config.rs', [
				'pub fn ttl() -> Option<Duration> {',
				'\tlet raw = env::var("CACHE_TTL").ok()?;',
				'}',
			]),
		],
	},
	facts: [
		'picked Duration over u64, no unit mixups',
		'once_cell is out: std OnceLock does it',
		'not handled: negative values',
		'should a bad value abort or warn?',
		'next: table in docs/config.md',
		'error[E0061]: this function takes 2 arguments',
		/exit 0 · turn 4 .*cargo test/,
		'12 passed; 0 failed',
		/\[x\] done: pass ttl to Cache::new/,
		/\[ \] pending: docs/,
		'env::var("CACHE_TTL")',
		/added src\/config\.rs \(\+3 -0\)/,
	],
	corrections: [['0 means cache off', 'ttl 0 means never expire']],
	absent: [],
};

const verbose: Scenario = {
	title: '800 KB of talk and logs around a few facts',
	turns: [
		{
			user: 'Move the job queue from Redis lists to streams. Keep the public API of Queue as it is. Never block the event loop for more than 10 ms.',
			acts: [
				{
					say: `${smallTalk(900, 11)}\n\nI chose consumer groups over plain XREAD because a crashed worker must not lose its message. ${smallTalk(400, 12)}\n\nThe Lua script was considered and rejected: it would run longer than 10 ms on big batches.\n\n${smallTalk(900, 13)}`,
				},
				{
					run: 'npm test',
					exit: 1,
					out: `${logNoise(100)}\nFAIL test/queue.test.ts > acks\nError: XACK sent twice for 1692-0\nTests  1 failed | 40 passed`,
				},
			],
		},
		...Array.from({ length: 10 }, (_, i) => ({
			user: `Step ${i + 1}: go on with module number ${i + 1}.`,
			acts: [
				{ say: smallTalk(900, 20 + i) },
				{ run: `node tools/load.mjs ${i}`, exit: 0, out: logNoise(120) },
			],
		})),
		{
			user: 'Rule: retries are capped at 5.',
			acts: [
				{
					say: `${smallTalk(800, 41)} The idle time of XAUTOCLAIM is 30 s since the slowest job takes 21 s. ${smallTalk(700, 42)}`,
				},
			],
		},
		{
			user: 'Correction: retries are capped at 8, with jitter.',
			acts: [
				{
					say: `${smallTalk(600, 51)}\n\nKnown limitation: MAXLEN trimming is approximate, so old entries live a little longer.\n\n${smallTalk(600, 52)}`,
				},
			],
		},
		{
			user: 'Wire the metrics.',
			acts: [
				{
					run: 'npm test',
					exit: 1,
					out: `${logNoise(120)}\nTypeError: metrics.gauge is not a function\n    at src/queue.ts:88:9\nTests  1 failed | 43 passed`,
				},
				{
					say: `${smallTalk(150, 61)} Next I add gauge() to src/metrics.ts and rerun npm test. ${smallTalk(100, 62)}`,
				},
			],
		},
	],
	facts: [
		/consumer groups over plain XREAD because a crashed worker/,
		/Lua script was considered and rejected: it would run longer/,
		/XAUTOCLAIM is 30 s since the slowest job takes 21 s/,
		'MAXLEN trimming is approximate',
		'Next I add gauge() to src/metrics.ts',
		'XACK sent twice for 1692-0',
		'metrics.gauge is not a function',
		'1 failed | 43 passed',
		'Step 7: go on with module number 7.',
	],
	corrections: [['retries are capped at 8, with jitter', 'retries are capped at 5']],
	absent: [],
};

const mixed: Scenario = {
	title: 'French, Spanish, Japanese and Chinese, and an agent that echoes an overruled rule',
	turns: [
		{
			user: 'Ajoute la pagination à GET /items. La taille de page est toujours de vingt éléments.',
			agent: 'gemini',
			acts: [
				{
					say: `${smallTalk(30, 71)}\n\nJ'ai choisi un curseur plutôt que OFFSET parce que les insertions décalent les pages.\n\n${smallTalk(30, 72)}`,
				},
			],
		},
		{
			user: 'Usa 50 como máximo.',
			agent: 'opencode',
			acts: [
				{
					say: `Hecho. Descarté keyset con dos columnas porque el índice no existe todavía. ${smallTalk(20, 73)}`,
				},
			],
		},
		{
			user: '页大小改为三十。',
			acts: [
				{
					say: `${smallTalk(20, 74)}\n\n选择了服务端校验而不是客户端校验，因为旧客户端不会更新。尚未处理空游标。`,
				},
			],
		},
		{
			user: 'La taille de page est finalement libre, entre 1 et 100.',
			acts: [
				{ say: "Compris. Avant c'était : la taille de page est toujours de vingt éléments. C'est retiré." },
				{
					say: `${smallTalk(20, 75)}\n\n次に src/items.ts の検証を直します。カーソルは署名すべきでしょうか？`,
				},
			],
		},
		{ user: '続けてください。', acts: [{ say: '残りは tests/items.test.ts だけです。' }] },
	],
	facts: [
		/un curseur plutôt que OFFSET parce que les insertions/,
		/Descarté keyset con dos columnas porque el índice/,
		'选择了服务端校验而不是客户端校验',
		'尚未处理空游标',
		'カーソルは署名すべきでしょうか？',
		'残りは tests/items.test.ts だけです',
	],
	corrections: [['est finalement libre, entre 1 et 100', 'la taille de page est toujours de vingt']],
	absent: [],
};

const PLAIN = [
	'The lock file is now taken before the rename, two writers cannot clash.',
	'We keep sqlite; a server database would need an operator.',
	'Left for later: the Windows path test.',
	'The cache key has no tenant in it.',
	'I moved parsing into a worker.',
	'JSON blieb außen vor, zu viel Speicher.',
	'Nous gardons le format binaire.',
	'YAML no sirve aquí: pierde el orden de las claves.',
	'Мы оставили sqlite, серверная база требует администратора.',
	'What should happen when the quota is zero?',
];

const plain: Scenario = {
	title: 'plain facts without a telling word, each in the middle of talk',
	turns: [
		...PLAIN.map((fact, at) => ({
			user: `Go on with part ${at} of the storage work.`,
			acts: [{ say: `${smallTalk(40, at + 200)} ${fact} ${smallTalk(40, at + 300)}` }],
		})),
		{ user: 'Finish the last part.', acts: [] },
	],
	facts: PLAIN,
	corrections: [],
	absent: [],
};

export const SCENARIOS: readonly Scenario[] = [german, terse, verbose, mixed, plain];
