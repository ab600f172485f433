// Takes the types out of src/ into dist/ (`npm run types` checks them), then joins what the program loads into a few files in
// dist/bundle: Node 20 needs about 0.4 ms for each of the 230 modules of `run` (docs/decisions/0012-speed.md). Packages are
// joined too, but for the native ones and for TOML, which is loaded only when there is a file; names are kept, so that stack
// traces stay readable. Rolldown is all it needs besides the run-time packages (docs/decisions/0017-first-minute.md).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { transformSync } from 'rolldown/utils';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Another folder is for tests, which must not touch each other's build. */
const wanted = process.argv[2] ?? join(root, 'dist');
/** What is there stays until the new build is whole, and two builds at once do not meet. */
const dist = join(root, `.build-${process.pid}`);
rmSync(dist, { recursive: true, force: true });
process.once('exit', () => rmSync(dist, { recursive: true, force: true }));
for (const path of readdirSync(join(root, 'src'), { recursive: true })) {
	if (!path.endsWith('.ts')) continue;
	const source = join(root, 'src', path);
	const { code, errors } = transformSync(source, readFileSync(source, 'utf8'), {
		target: 'es2023',
		typescript: { onlyRemoveTypeImports: true, rewriteImportExtensions: 'rewrite' },
	});
	if (errors.length > 0) {
		for (const { message, codeframe } of errors)
			process.stderr.write(`src/${path}: ${message}\n${codeframe ?? ''}\n`);
		process.exit(1);
	}
	const target = join(dist, path.replace(/\.ts$/, '.js'));
	mkdirSync(dirname(target), { recursive: true });
	writeFileSync(target, code);
}

/**
 * What is loaded together is one file: each costs 0.1 ms and more. Lowest first, with the modules that bring their own
 * imports along: what every start needs, what looks at records, what works with agents.
 */
const LOADED_TOGETHER = {
	start: ['main.js'],
	records: [
		'app/create-app.js',
		'app/command-context.js',
		'app/open-ledger.js',
		'cli/front-end.js',
		// Not with `work`, whose reader of stdin uses it too: a hook reads a few bytes, and must be quick.
		'cli/input/collect-input.js',
		'commands/limits/run.js',
		'commands/limits/lines.js',
		'commands/sessions/run.js',
		'commands/sessions/lines.js',
		'ui/field-lines.js',
	],
	/** Of the work with agents, what reads their own records: it is all that a search needs of it. */
	reading: [
		'agents/claude/stream/tools.js',
		'agents/claude/stream/work/plan.js',
		'agents/codex/native/rollout-commands.js',
		'agents/codex/native/rollout-file.js',
		'agents/codex/native/rollout-plan.js',
		'agents/codex/native/rollout.js',
		'agents/codex/stream/usage.js',
		'agents/events.js',
		'agents/gemini/native/session-record.js',
		'agents/gemini/stream/tools.js',
		'agents/opencode/stream/tools.js',
		'agents/reading/json-fields.js',
		'core/files/line-splitter.js',
		'turns/event-log.js',
	],
	work: [
		'app/open-ports.js',
		'app/repo-trust.js',
		'app/settings.js',
		'app/version-cache.js',
		'cli/input/read-stdin.js',
		'cli/input/read-task.js',
		'cli/stop-signals.js',
		'commands/run/run.js',
		'commands/run/lines.js',
		'commands/output/recorded-commands.js',
		'core/processes/find-executable.js',
		'core/processes/run-process.js',
		'git/repo/folders-around.js',
		'git/run-git.js',
		'git/repo/same-repo.js',
		'git/snapshots/snapshots.js',
		'relay/resume/survivors.js',
		'turns/process/running-agents.js',
		'view/live/open-view.js',
		'view/live/plain-view.js',
	],
	/** What searches and indexes conversations. */
	history: [
		'app/open-history.js',
		...['conversation', 'conversations', 'reindex', 'search'].flatMap((name) => [
			`commands/${name}/run.js`,
			`commands/${name}/lines.js`,
		]),
	],
	runners: ['runner-desk', 'runner-json', 'show-runners', 'lines'].map(
		(file) => `commands/runner/${file}.js`,
	),
	/** What draws on a terminal. */
	drawing: ['ui/screen-writer.js', 'view/live/live-view.js'],
	/** When a turn starts on a terminal, or to read answers. */
	markdown: ['markdown/markdown-rows.js', 'markdown/read-markdown.js'],
};
/** What a command does and what draws it are wanted by the same call. */
const commands = readdirSync(join(dist, 'commands'), { recursive: true })
	.filter((folder) => existsSync(join(dist, 'commands', folder, 'run.js')))
	.map((folder) => [
		folder.replaceAll('/', '-'),
		['run.js', 'lines.js'].map((file) => join('commands', folder, file)),
	]);
const together = [...Object.entries(LOADED_TOGETHER), ...commands];
const groups = together.map(([name, modules], at) => {
	const paths = new Set(modules.map((path) => join(dist, path)));
	return { name, priority: together.length - at, test: (id) => paths.has(id) };
});

/**
 * Code that means the same without a character outside ASCII, for bin/load-bundle.js. Throws where an escape would mean
 * something else: after a backslash, and in a template that is read raw.
 */
function asciiOf(code, fileName) {
	const odd = /\\[^\0-\x7f]|\braw`[^`]*[^\0-\x7f]/.exec(code);
	if (odd !== null) throw new Error(`${fileName} cannot be written in ASCII: ${odd[0].slice(-80)}`);
	return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Node's own modules that take 1 to 5 ms to load. */
const COSTLY =
	/(?:let|const) (\w+)=require\("(node:(?:child_process|crypto|fs\/promises|module|net|os|tty|zlib))"\);(?:\1=([\w.]+)\(\1,1\);)?/g;

/** Code that loads those where it uses them first: most commands use none. Throws where one is used in a way unknown here. */
function loadedWhenUsed(code, fileName) {
	const names = [];
	const declared = code.replace(COSTLY, (_, name, id, toModule) => {
		names.push(name);
		const loaded = toModule === undefined ? `require("${id}")` : `${toModule}(require("${id}"),1)`;
		return `let kept_${name};const load_${name}=()=>kept_${name}??=${loaded};`;
	});
	if (names.length === 0) return code;
	return declared.replaceAll(new RegExp(`\\b(${names.join('|')})\\b(.)`, 'g'), (text, name, next) => {
		if (next !== '.') throw new Error(`${fileName} uses ${name} in a way that cannot wait: ${text}`);
		return `(load_${name}()).`;
	});
}

/** As Node wraps a module, for a loader that does not: bin/load-bundle.js runs the file as it is. */
const wrapped = (code) => `(function (exports, require, module, __filename, __dirname) {${code}\n})`;

const rewrite = (change) => ({
	name: 'rewrite',
	generateBundle(_options, output) {
		for (const chunk of Object.values(output)) chunk.code = change(chunk);
	},
});

async function bundle(input, codeSplitting, change) {
	const built = await rolldown({
		input,
		platform: 'node',
		external: /^(?:node:|node-pty|@lydell\/|smol-toml|libsql)/,
		logLevel: 'warn',
		// A busy machine makes any part slow; and the groups above, not the imports, decide what is loaded late.
		checks: { pluginTimings: false, ineffectiveDynamicImport: false },
		plugins: [rewrite(change)],
	});
	const { output } = await built.write({
		dir: join(dist, 'bundle'),
		format: 'cjs',
		entryFileNames: '[name].cjs',
		chunkFileNames: '[name]-[hash].cjs',
		codeSplitting,
		minify: { compress: false, mangle: false },
	});
	await built.close();
	return output;
}

const HOOK_PROGRAM = join(dist, 'cli/hook-program.js');
const ofHooks = [{ name: 'of-hooks', test: (id) => id === HOOK_PROGRAM }];
const inAscii = ({ code, fileName }) => wrapped(asciiOf(loadedWhenUsed(code, fileName), fileName));

const output = [
	...(await bundle({ main: join(dist, 'main.js') }, { groups }, inAscii)),
	// What agents wait for at every tool call: it shares no file with the relay, so that it reads nothing that it does not need.
	...(await bundle({ 'hook-program': HOOK_PROGRAM }, { groups: ofHooks }, inAscii)),
	// A program of its own, which has no compiled code kept and would load all that it shares with the relay.
	...(await bundle({ 'demo-agent': join(dist, 'agents/demo/demo-agent.js') }, false, ({ code }) => code)),
];
const sum = createHash('sha256');
for (const { fileName, code } of output) sum.update(`${fileName}\0${code}\0`);
writeFileSync(join(dist, 'bundle/build-id'), sum.digest('hex').slice(0, 16));
rmSync(wanted, { recursive: true, force: true });
renameSync(dist, wanted);
