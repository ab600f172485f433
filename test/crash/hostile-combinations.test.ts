/**
 * Two or three attacks of the catalogue at once in a repo in which relays have worked, and some of all commands on it. The seed is
 * fixed; `RELAY_HOSTILE_SEED` names another, and `RELAY_HOSTILE_ROUNDS` how many combinations are drawn; with `RELAY_HOSTILE_EACH`
 * (a pattern) each attack of that name is tried alone.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import type { CliRun } from '../helpers/cli-home.ts';
import { receivedBy } from '../helpers/fake-agents.ts';
import { drawCombination, KINDS, pickSome, randomFrom, VECTORS } from '../helpers/hostile/catalogue.ts';
import { envOf, HostileScene, type Mold, makeMold, type Vector } from '../helpers/hostile/scene.ts';
import { createPatience } from '../helpers/patience.ts';

const ROUNDS = Number(process.env.RELAY_HOSTILE_ROUNDS ?? 24);
const SEED = Number(process.env.RELAY_HOSTILE_SEED ?? 1);
const EACH = process.env.RELAY_HOSTILE_EACH ?? '';
/** How many of the commands are tried in each round. */
const COMMANDS_A_ROUND = 4;
/** For a process that stays, not for one that takes its time to end. */
const MOST_ENDING_MS = 20_000;
const DOCUMENTED = [0, 1, 2, 3, 4, 5, 6, 64, 127, 130];
/** All but newline and tab that a terminal could obey, or that turns or hides text. */
const RAW =
	/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

interface Try {
	args(ids: HostileScene['ids']): string[];
	input?: (ids: HostileScene['ids']) => string;
	/** It would go on with, or take from, what another wrote: never done without a question. */
	isOfPlanted?: boolean;
}

const DEMOS = ['-A', 'demo-sprinter,demo-closer'];
const plain = (...args: string[]): Try => ({ args: () => args });

const TRIES: readonly Try[] = [
	plain('sessions'),
	plain('sessions', '--all', '--json'),
	plain('show'),
	plain('show', '--json'),
	plain('show', '--diff'),
	plain('show', '--packet'),
	{ args: ({ planted }) => ['show', planted] },
	{ args: ({ planted }) => ['show', planted, '--turn', '1'] },
	{ args: ({ planted }) => ['show', planted, '--json'] },
	{ args: ({ plantedRace }) => ['show', plantedRace] },
	{ args: ({ own }) => ['show', own, '--diff'] },
	plain('run', '-a', 'demo-closer', 'Say what you are.'),
	plain('run', '-a', 'claude', 'hello'),
	plain('run', '--json', '-a', 'claude', 'hello'),
	plain('run', '--continue', '-a', 'claude'),
	{ args: ({ own }) => ['run', '--session', own, '-a', 'claude', 'more'] },
	{ args: ({ planted }) => ['run', '--session', planted, '-a', 'claude', 'more'], isOfPlanted: true },
	{ args: ({ plantedRace }) => ['run', '--session', plantedRace, 'more'], isOfPlanted: true },
	plain('race', 'Greet.', ...DEMOS, '--check', 'true'),
	plain('race', 'list'),
	plain('race', 'show'),
	{ args: ({ plantedRace }) => ['race', 'show', plantedRace, '--json'] },
	{ args: ({ plantedRace }) => ['race', 'diff', 'demo-closer', '--race', plantedRace] },
	{ args: ({ plantedRace }) => ['race', 'open', 'demo-closer', '--race', plantedRace], isOfPlanted: true },
	{ args: ({ plantedRace }) => ['race', 'adopt', 'demo-closer', '--race', plantedRace], isOfPlanted: true },
	{ args: ({ plantedRace }) => ['race', 'resume', plantedRace], isOfPlanted: true },
	{ args: ({ plantedRace }) => ['race', 'clean', plantedRace, '--apply'], isOfPlanted: true },
	plain('race', 'clean', '--all', '--apply'),
	plain('chat', 'Is it good?', ...DEMOS, '-n', '2'),
	plain('chat', '--continue', '-q'),
	{ args: ({ plantedChat }) => ['chat', '--session', plantedChat, 'and now?'], isOfPlanted: true },
	{ args: ({ plantedChat }) => ['show', plantedChat] },
	plain('prune'),
	plain('prune', '--apply', '--unfinished', '--older-than', '1s'),
	plain('agents'),
	plain('agents', '--env', 'claude'),
	plain('config', 'show'),
	plain('config', 'path'),
	plain('config', 'trust', '--list'),
	plain('limits'),
	plain('completion', 'bash'),
	{ args: ({ planted }) => ['resume', planted], input: () => 'hello\n', isOfPlanted: true },
	{
		args: () => [],
		input: ({ planted }) => `/status\n/sessions\n/resume ${planted}\n/race show\n/race adopt\nhello\n`,
	},
];

let mold: Mold;
let user: ChildProcess;
let bystander: HostileScene['bystander'];

beforeAll(async () => {
	mold = await makeMold();
	user = spawn('sleep', ['3600'], { stdio: 'ignore' });
	const { pid, start } = createProcessTable().identify(user.pid ?? 0) ?? { pid: 0, start: '' };
	bystander = { pid, start };
}, 120_000);
afterAll(() => {
	user.kill();
	mold.cli.remove();
});

const ORDER = [KINDS.records, KINDS.names, KINDS.programs, KINDS.places];
const orderOf = (vector: Vector) => ORDER.findIndex((kind) => kind?.includes(vector));

/** Those that could be planted: an earlier one may have taken the place of another. */
function plantAll(scene: HostileScene, vectors: readonly Vector[]): Vector[] {
	return [...vectors]
		.sort((a, b) => orderOf(a) - orderOf(b))
		.filter((vector) => {
			try {
				vector.plant(scene);
				return true;
			} catch (error) {
				if (error instanceof Error && ('code' in error || 'status' in error || error instanceof SyntaxError))
					return false;
				throw error;
			}
		});
}

async function look(scene: HostileScene, vectors: readonly Vector[], tries: readonly Try[]): Promise<void> {
	const planted = plantAll(scene, vectors);
	scene.installClaude({
		looks: planted.some(isSettings) && !planted.some(({ makesGitWait }) => makesGitWait),
	});
	const env = Object.assign(envOf(scene), ...planted.map((vector) => vector.env?.(scene) ?? {}));
	const cwd = planted.find((vector) => vector.cwd !== undefined)?.cwd?.(scene) ?? scene.repo;
	const around = scene.around();
	const gitFiles = scene.gitFiles();
	for (const one of tries) {
		const args = one.args(scene.ids);
		const input = one.input?.(scene.ids);
		const run = await scene.cli.run(args, { env, cwd, ...(input === undefined ? {} : { input }) });
		judge(run, `${planted.map(({ name }) => name).join(' + ')}: ${args.join(' ')}`, scene);
		if (one.isOfPlanted && args.length > 0) expect(run.exitCode, what(args, run)).not.toBe(0);
	}
	const names = planted.map(({ name }) => name).join(' + ');
	expect(scene.around(), names).toEqual(around);
	expect(scene.gitFiles(), names).toEqual(gitFiles);
	expect(await processesOf(scene.cli.base), names).toEqual([]);
	expect(user.exitCode ?? user.signalCode, names).toBeNull();
	for (const { args } of receivedBy(scene.cli.bin, 'claude'))
		expect(args.join(' '), names).not.toMatch(/--dangerously-skip-permissions|bypassPermissions/);
	if (planted.some(({ isOfWholeRepo }) => isOfWholeRepo)) return;
	if (tries.some((one) => one.args(scene.ids).includes('--unfinished'))) return;
	const healthy = await scene.cli.run(['show', scene.ids.healthy, '--json'], { env });
	expect(healthy.exitCode, names + healthy.stderr).toBe(0);
}

const isSettings = (vector: Vector) => vector.name === 'settings for claude with a hook';
const what = (args: readonly string[], { exitCode, stdout, stderr }: CliRun) =>
	`${args.join(' ')} ended with ${exitCode}:\n${stdout}\n${stderr}`;

function judge(run: CliRun, title: string, scene: HostileScene): void {
	const said = `${title}\n${run.exitCode}\n${run.stdout}\n${run.stderr}`;
	expect(scene.fired(), said).toEqual([]);
	expect(DOCUMENTED, said).toContain(run.exitCode);
	expect(run.stderr, title).not.toMatch(/this is a bug|^\s+at .*:\d+/m);
	for (const text of [run.stdout, run.stderr]) {
		expect(RAW.exec(text)?.[0], said).toBeUndefined();
		expect(text, title).not.toContain(scene.secret);
	}
	paste(`${run.stdout}\n${run.stderr}`, scene);
	expect(scene.fired(), `pasted from ${said}`).toEqual([]);
}

const STUBS = ['agent-relay', 'claude', 'codex', 'git', 'cd', 'rm', 'mv', 'kill', 'touch'];

/** Commands that are printed to be pasted, read by a shell in which nothing of them exists. */
function paste(text: string, scene: HostileScene): void {
	const cwd = join(scene.cli.base, 'bin/paste');
	mkdirSync(cwd, { recursive: true });
	const commands = text.matchAll(/(?:^|: )\s*((?:agent-relay|claude --|codex resume|git -C|cd|rm|mv) .*)$/gm);
	for (const [, command = ''] of commands) {
		const stubs = STUBS.map((name) => `${name}() { :; }`).join('\n');
		spawnSync('/bin/bash', ['--norc', '-c', `${stubs}\n${command}`], {
			cwd,
			env: { PATH: '/nonexistent' },
			timeout: 5_000,
		});
	}
}

/** What runs in, from or for a folder, once what is ending has ended. */
async function processesOf(base: string): Promise<string[]> {
	const isOver = createPatience(MOST_ENDING_MS);
	for (;;) {
		const found = readdirSync('/proc').flatMap((pid) => (/^\d+$/.test(pid) ? describeOf(base, pid) : []));
		if (found.length === 0 || isOver()) return found;
		await sleep(50);
	}
}

/** A process that belongs to the folder, as one line. */
function describeOf(base: string, pid: string): string[] {
	try {
		const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
		const isOf =
			command.includes(base) ||
			readlinkSync(`/proc/${pid}/cwd`).startsWith(base) ||
			readFileSync(`/proc/${pid}/environ`, 'utf8').includes(base);
		return isOf ? [`${pid} ${command}`] : [];
	} catch {
		// It has ended, or is another user's.
		return [];
	}
}

async function inScene(act: (scene: HostileScene) => Promise<void> | void): Promise<void> {
	const scene = new HostileScene(mold, bystander);
	try {
		await act(scene);
	} finally {
		spawnSync('chmod', ['-R', 'u+rwX', scene.cli.base]);
		scene.remove();
	}
}

describe('a repo that combines attacks', () => {
	it('would be harmless without them: every command does its work', () =>
		inScene(async (scene) => {
			scene.installClaude({ looks: true });
			const env = envOf(scene);
			const codes: Record<string, number | null> = {};
			for (const one of TRIES) {
				const args = one.args(scene.ids);
				if (args[0] === 'prune' || one.isOfPlanted) continue;
				const input = one.input?.(scene.ids);
				const run = await scene.cli.run(args, { env, ...(input === undefined ? {} : { input }) });
				judge(run, args.join(' '), scene);
				codes[args.join(' ').replace(/[0-9A-Z]{26}/g, 'ID')] = run.exitCode;
			}
			const failed = Object.entries(codes).filter(([, code]) => code !== 0);
			expect(Object.fromEntries(failed)).toEqual(EXPECTED);
			expect(receivedBy(scene.cli.bin, 'claude').length).toBeGreaterThan(3);
		}));

	const random = randomFrom(SEED);
	const drawn = EACH
		? VECTORS.filter(({ name }) => new RegExp(EACH).test(name)).map((vector) => [vector])
		: Array.from({ length: ROUNDS }, () => drawCombination(random));
	const rounds = drawn.map((vectors, at) => {
		return {
			at: at + 1,
			vectors,
			tries: pickSome(random, TRIES, COMMANDS_A_ROUND),
			title: vectors.map(({ name }) => name).join(' + '),
		};
	});

	it.each(rounds)('$at: $title', ({ vectors, tries }) => inScene((scene) => look(scene, vectors, tries)));
});

/** Without attacks: what the newest session has no packet and no diff of, demo agents that do not finish, and what is planted. */
const EXPECTED: Record<string, number> = {
	'show --diff': 4,
	'show --packet': 4,
	'race Greet. -A demo-sprinter,demo-closer --check true': 2,
	'chat Is it good? -A demo-sprinter,demo-closer -n 2': 2,
	'race clean --all --apply': 5,
};

describe('the canary of an attack', () => {
	const withControl = VECTORS.filter(({ control }) => control !== undefined);

	it.each(withControl)('fires for a program that does not look: $name', (vector) =>
		inScene((scene) => {
			vector.plant(scene);
			vector.control?.(scene);
			expect(scene.fired()).not.toEqual([]);
		}),
	);

	it('has a name of its own each', () => {
		expect(new Set(VECTORS.map(({ name }) => name)).size).toBe(VECTORS.length);
	});
});
