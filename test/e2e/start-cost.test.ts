import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';

/** The one that the benchmark runs. */
const { INSTANT_CLAUDE }: { INSTANT_CLAUDE: string } = await import(
	resolve(import.meta.dirname, '../../bench/agents.mjs')
);

/** What a start costs, in things that can be counted: times of a loaded machine tell nothing (`npm run bench` measures them). */
let cli: CliHome;
let report: string;

/** Counts looks at the disk by the functions of `node:fs`, and the files of the bundle that were read. */
const COUNTER = `
const fs = require('node:fs');
const counted = ['accessSync', 'existsSync', 'lstatSync', 'readlinkSync', 'realpathSync', 'statSync'];
const looks = {};
// Once for each child at each descriptor: as many as whoever started us left open.
const isCounted = (path) => !/^[/]proc[/](self|[0-9]+)[/]fd[/][0-9]+$/.test(String(path));
for (const name of counted) {
	const real = fs[name];
	looks[name] = 0;
	fs[name] = Object.assign((...given) => (isCounted(given[0]) && looks[name]++, real(...given)), real);
}
const native = fs.realpathSync.native;
looks['realpathSync.native'] = 0;
fs.realpathSync.native = (...given) => (looks['realpathSync.native']++, native(...given));
for (const name of ['access', 'lstat', 'readlink', 'realpath', 'stat']) {
	const real = fs.promises[name];
	looks['promises.' + name] = 0;
	fs.promises[name] = (...given) => (looks['promises.' + name]++, real(...given));
}
const read = fs.readFileSync;
const files = [];
fs.readFileSync = (path, ...rest) => {
	const file = /dist[/]bundle[/](.*?)(?:-[\\w-]{8})?\\.cjs$/.exec(String(path))?.[1];
	if (file !== undefined) files.push(file);
	return read(path, ...rest);
};
process.on('exit', () => {
	const own = process.moduleLoadList.flatMap((name) => /^NativeModule ((?!internal)\\S+)$/.exec(name)?.[1] ?? []);
	fs.writeFileSync(process.env.COST_REPORT, JSON.stringify({ looks, files, own }));
});
`;

/** Answers as claude does, and takes no time. */
interface Cost {
	/** How many of each kind. */
	looks: Record<string, number>;
	total: number;
	/** Files of the bundle, without their hashes. */
	files: string[];
	/** Modules of Node that were loaded. */
	own: string[];
}

/**
 * All but those of Node itself and those through descriptors: a third at the records, right before they are written, a fifth at
 * what git or an agent would obey. `npm run bench -- --only looks` lists what the system counts, by path.
 */
const LOOKS_OF_A_RUN = 120;
/** On a busy machine an agent's lines arrive apart, and what is known of the turn is written once more in between. */
const LOOKS_OF_A_WRITE = 4;
/** Each folder above the temporary one is looked at once or twice. */
const SPARE_LOOKS = 4;
/** A take of the snapshot that a busy machine makes slow is repeated, with looks of its own. */
const TRIES = 5;
/** When the settings are read, when the agent is chosen, when its turn is prepared and started; at the folder, too. */
const LOOKS_AT_AN_OBEYED_FILE = 4;

beforeEach(() => {
	cli = new CliHome();
	report = join(cli.base, 'cost.json');
	writeFileSync(join(cli.base, 'counter.cjs'), COUNTER);
});
afterEach(() => cli.remove());

async function costOf(...args: string[]): Promise<Cost> {
	const env = {
		PATH: cli.bin,
		ANTHROPIC_API_KEY: 'none',
		NODE_OPTIONS: `--require=${join(cli.base, 'counter.cjs')}`,
		COST_REPORT: report,
	};
	const { exitCode, stderr } = await cli.run(args, { env });
	expect(exitCode, stderr).toBe(0);
	const { looks, files, own }: Omit<Cost, 'total'> = JSON.parse(readFileSync(report, 'utf8'));
	return { looks, files, own, total: Object.values(looks).reduce((sum, count) => sum + count, 0) };
}

/** Of as many tries as are needed for at most `most`, the one with the fewest looks. */
async function fewestOf(run: () => Promise<Cost>, most: number): Promise<Cost> {
	let fewest = await run();
	for (let at = 1; at < TRIES && fewest.total > most; at++) {
		const next = await run();
		if (next.total < fewest.total) fewest = next;
	}
	return fewest;
}

/** Each file of the bundle costs a look, a read and a script; those of one command are few. */
describe('the files of the bundle that a start reads', () => {
	it('are those of the start alone for help', async () => {
		expect((await costOf('--help')).files.sort()).toEqual(['main', 'rolldown-runtime', 'start']);
	});

	it('are a few more to list sessions, and a few more to work', async () => {
		const listing = (await costOf('sessions')).files;
		expect(listing.sort()).toEqual(['main', 'records', 'rolldown-runtime', 'start']);
		const work = (await costOf('run', '-q', '-a', 'demo-closer', 'hello')).files;
		expect(work.sort()).toEqual(['main', 'reading', 'records', 'rolldown-runtime', 'start', 'work']);
	});

	it('hold ASCII alone, so that one byte a character does in memory', () => {
		const folder = resolve(PROGRAM, '../../dist/bundle');
		const files = readdirSync(folder).filter((name) => name.endsWith('.cjs') && name !== 'demo-agent.cjs');
		const texts = files.map((name) => readFileSync(join(folder, name)));
		expect(texts.length).toBeGreaterThan(10);
		expect(texts.flatMap((text) => [...text].filter((byte) => byte > 0x7f))).toEqual([]);
	});

	it('are none for a demo agent besides its own', () => {
		const own = readFileSync(resolve(PROGRAM, '../../dist/bundle/demo-agent.cjs'), 'utf8');
		expect(own.match(/require\(["']\.[^)]*\)/g)).toBeNull();
	});
});

/** Each takes Node 1 to 5 ms. */
describe("Node's own modules that a start loads", () => {
	const costly = ({ own }: Cost) =>
		own.filter((name) => ['child_process', 'crypto', 'fs/promises', 'tty', 'zlib'].includes(name));

	it('are none that only other commands use', async () => {
		expect(costly(await costOf('--help'))).toEqual([]);
		expect(costly(await costOf('limits'))).toEqual([]);
	});

	it('are loaded where they are used', async () => {
		expect(costly(await costOf('run', '-q', '-a', 'demo-closer', 'hello'))).toContain('child_process');
	});
});

describe('the looks at the disk of one run', () => {
	it('do not grow', async () => {
		cli.program('claude', `#!/bin/sh\n${INSTANT_CLAUDE}`);
		const run = () => costOf('run', '-q', '-a', 'claude', 'hello');
		await run();
		// A tree is written again, with looks of its own, while its files are as recent as git's index, in whole seconds.
		const madeAt = Date.now();
		await expect.poll(() => Date.now() - madeAt, { timeout: 10_000 }).toBeGreaterThan(2000);
		const most = LOOKS_OF_A_RUN + LOOKS_OF_A_WRITE + SPARE_LOOKS;
		const fewest = await fewestOf(run, most);
		expect(fewest.total, JSON.stringify(fewest.looks)).toBeLessThanOrEqual(most);
	});

	it('are few for each file that a trusted repo makes agents obey, however often trust is asked for', async () => {
		const run = () => costOf('run', '-q', '-a', 'demo-closer', 'hello');
		const before = (await run()).total;
		const FILES = 100;
		for (let at = 0; at < FILES; at++) cli.write(`.claude/skills/s${at}/SKILL.md`, `# ${at}\n`);
		await costOf('config', 'trust');
		const after = (await fewestOf(run, before + FILES * LOOKS_AT_AN_OBEYED_FILE)).total;
		expect((after - before) / FILES).toBeLessThanOrEqual(LOOKS_AT_AN_OBEYED_FILE);
	});
});
