/** A race that a repo brings along, whose record was rewritten: what its commands then start, write and remove. */
import {
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EntrantRecord, RaceRecord } from '../../src/race/record/race-record.ts';
import type { SessionMeta } from '../../src/sessions/session-meta.ts';
import { callTools, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { openScene, type RelayRun, type Scene } from './harness/scene.ts';

const ENTRANTS = ['claude', 'codex'] as const;
/** All but newline and tab that a terminal could obey, or that turns text. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const HOSTILE = '\u001b]0;owned\u0007\u202e$(touch MARK)\n; touch MARK #';
const DOCUMENTED = [0, 1, 2, 3, 4, 5, 6, 64];

interface Planted {
	id: string;
	/** What hooks, setup and checks would leave. */
	mark: string;
	/** The user's, with a file. */
	outside: string;
	/** The user's own conversations, as their CLIs know them. */
	mine: Record<string, string>;
}

/** A race that a relay of another home ran here, with the real CLIs; its worktrees stayed on that machine. */
async function plant(scene: Scene): Promise<Planted> {
	const outside = join(scene.root, 'outside');
	mkdirSync(outside);
	writeFileSync(join(outside, 'notes.txt'), 'of the user\n');
	const mine: Record<string, string> = {};
	for (const agent of ENTRANTS) {
		scene.model.script(agent, say('The code name is Merlin.'));
		await scene.run('Choose a code name.', ['--order', agent]);
		mine[agent] = scene.meta().agents[agent]?.native_session_id ?? '';
	}
	for (const agent of ENTRANTS) {
		const write = TOOLS[agent].write('answer.txt', 'planted\n');
		scene.model.script(agent, callTools(write), say('Written.'));
	}
	const theirs = join(scene.root, 'theirs');
	const env = { XDG_STATE_HOME: join(theirs, 'state'), XDG_DATA_HOME: join(theirs, 'data') };
	const race = await scene.relay(['race', 'Write it.', '--agents', ENTRANTS.join(), '--json'], { env });
	const id = scene
		.sessions()
		.map((path) => basename(path))
		.find((name) => existsSync(recordOf(scene, name)));
	if (id === undefined) throw new Error(race.stderr);
	rmSync(theirs, { recursive: true });
	scene.git('worktree', 'prune');
	scene.model.reset();
	return { id, mark: join(scene.root, 'mark'), outside, mine };
}

const records = (scene: Scene) => join(scene.repo, '.agent-relay');
const kept = (scene: Scene) => join(scene.root, 'kept');
const recordOf = (scene: Scene, id: string) => join(records(scene), 'sessions', id, 'race.json');

function edit<T>(path: string, change: (record: T) => T): void {
	writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
}

type Change = (race: RaceRecord, planted: Planted, scene: Scene) => RaceRecord;
const each = (race: RaceRecord, change: (one: EntrantRecord) => Partial<EntrantRecord>): RaceRecord => ({
	...race,
	entrants: race.entrants.map((one) => ({ ...one, ...change(one) })),
});
/** As a race that was cut off: `resume` would run the setup, the agents and the checks. */
const cutOff = (race: RaceRecord, mark: string): RaceRecord => ({
	...each(race, () => ({ state: 'waiting', outcome: null, commit: null, tree: null })),
	state: 'running',
	winner: null,
	ranking: [],
	options: { ...race.options, setup: `: > '${mark}'`, checks: [`: > '${mark}'`], permissions: 'full' },
});

const CASES: Array<[string, Change]> = [
	[
		'that names folders of the user',
		(race, { outside }) => ({ ...each(race, () => ({ worktree: outside })), folder: outside }),
	],
	[
		'that was cut off in a folder of the user',
		(race, { outside, mark }) => ({
			...each(cutOff(race, mark), () => ({ worktree: outside })),
			folder: outside,
		}),
	],
	[
		'that was cut off in the checkout itself',
		(race, { mark }, { repo }) => ({ ...each(cutOff(race, mark), () => ({ worktree: repo })), folder: repo }),
	],
	[
		'that names other agents, and agents that are none',
		(race, { mark }) =>
			each(cutOff(race, mark), ({ agent }) => ({
				agent: agent === 'claude' ? 'codex' : '../../outside/evil',
				model: '--dangerously-bypass-approvals-and-sandbox',
			})),
	],
	[
		'whose words and refs are hostile',
		(race, { mark }) => {
			const word = HOSTILE.replaceAll('MARK', mark);
			return {
				...each(race, () => ({ ref: word, reason: word, notes: [word], agents: [word], model: word })),
				task: word,
				verdict: word,
			};
		},
	],
	[
		'whose names are hostile',
		(race, { mark }) => ({
			...each(race, () => ({ id: HOSTILE.replaceAll('MARK', mark) })),
			winner: '../../outside',
			ranking: ['../../outside'],
		}),
	],
];

const commandsOf = (id: string): string[][] => [
	['race', 'list'],
	['race', 'list', '--json'],
	['race', 'show', id],
	['race', 'show', id, '--json'],
	['race', 'diff', 'claude', '--race', id],
	['race', 'open', 'codex', '--race', id],
	['race', 'adopt', '--race', id],
	['race', 'adopt', 'codex', '--race', id],
	['race', 'clean', id],
	['race', 'clean', id, '--apply'],
	['race', 'clean', '--all', '--apply'],
	['race', 'resume', id],
	['run', '--json', '--session', id, 'Go on.'],
];
/** What would take, remove or go on. */
const isRefused = ([, verb, ...rest]: readonly string[]) =>
	verb === 'adopt' ||
	verb === 'resume' ||
	(verb === 'clean' && rest.includes('--apply') && !rest.includes('--all'));

/** Files with their content, folders by their names. */
function contents(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.sort()
		.map((name) => {
			const path = join(folder, name);
			return statSync(path).isFile() ? `${name}: ${readFileSync(path, 'utf8')}` : name;
		});
}

function pasted(run: RelayRun): void {
	expect(DOCUMENTED, run.stderr).toContain(run.exitCode);
	expect(run.stderr).not.toMatch(/this is a bug|^\s+at .*:\d+/m);
	for (const text of [run.stdout, run.stderr]) expect(CONTROL.exec(text)?.[0], text).toBeUndefined();
}

describe.skipIf(!hasAgents)('a race that a repo brings along', () => {
	let scene: Scene;
	let planted: Planted;
	/** Made once, and laid again before each test. */
	beforeAll(async () => {
		scene = await openScene();
		planted = await plant(scene);
		for (const folder of scene.sessions())
			edit<SessionMeta>(join(folder, 'meta.json'), (meta) => {
				for (const [agent, known] of Object.entries(meta.agents))
					if (meta.parent !== null) known.native_session_id = planted.mine[agent] ?? known.native_session_id;
				return meta;
			});
		cpSync(records(scene), kept(scene), { recursive: true, preserveTimestamps: true });
	});
	beforeEach(() => {
		rmSync(records(scene), { recursive: true });
		cpSync(kept(scene), records(scene), { recursive: true, preserveTimestamps: true });
	});
	afterAll(() => scene.dispose());

	it.each(CASES)('%s starts, writes and removes nothing', async (_, change) => {
		const { id, mark, outside } = planted;
		edit<RaceRecord>(recordOf(scene, id), (race) => change(race, planted, scene));
		const asked = scene.model.requests.length;
		const look = () => ({
			outside: contents(outside),
			files: scene.git('status', '--porcelain', '-uall', '--ignored', '--', ':!.agent-relay'),
			git:
				scene.git('for-each-ref') + scene.git('config', '--list', '--local') + scene.git('worktree', 'list'),
			conversations: contents(join(scene.home, '.claude/projects')),
		});
		const before = look();

		for (const args of commandsOf(id)) {
			const run = await scene.relay(args);
			pasted(run);
			if (isRefused(args)) expect(run.exitCode, `${args.join(' ')}: ${run.stdout}`).not.toBe(0);
			if (args[1] === 'open' && run.exitCode === 0) expect(run.stdout).toBe(`${scene.repo}\n`);
			expect(look(), args.join(' ')).toEqual(before);
		}

		expect(scene.model.requests).toHaveLength(asked);
		expect(existsSync(mark)).toBe(false);
	});

	it('leaves the user’s own session as it was, which goes on', async () => {
		const own = await scene.run('What is the code name?', [
			'--order',
			'claude',
			'--session',
			scene.sessions()[0]?.slice(-26) ?? '',
		]);
		expect(own.exitCode, own.stderr).toBe(0);
	});
});
