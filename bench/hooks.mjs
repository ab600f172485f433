// What the relay's hooks of an agent take, called as the agent calls them, in starts of a bare node; and what marks of the user's own
// take of that. The user has a workstream, as whoever installs hooks does.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTurn, measure, median, timeProcess } from './figures.mjs';
import { RELAY, withScene } from './scene.mjs';

const MOST_STARTS = 3;
/** Far from what a measurement reaches. */
const OWN_MARKS = '[ws]\nwarn_first = 900\nwarn_second = 950\nwarn_every = 40\n';

export async function measureHooks({ rounds }) {
	return withScene(async (scene) => {
		const folder = scene.makeRepo('repo', 0);
		const [plain, marked] = ['plain', 'marked'].map((name) => new HookedHome(scene, name, folder));
		marked.write('.config/agent-relay/config.toml', OWN_MARKS);
		for (const home of [plain, marked]) home.checkAnswer();
		const figures = await inTurn(
			{
				node: () => plain.time('/bin/sh', ['-c', `'${process.execPath}' -e 0; exit 0`]),
				start: () => plain.start(),
				tool: () => plain.tool(),
				marked: () => marked.tool(),
			},
			rounds,
			{ warmUps: 3 },
		);
		const node = median(figures.node);
		const row = (name, values, details = {}) =>
			measure(`hook: ${name}`, 'bare node starts', median(values) / node, {
				atMost: MOST_STARTS,
				values: values.map((ms) => ms / node),
				details: { ms: median(values), node_ms: node, ...details },
			});
		return [
			row('start of a conversation', figures.start),
			row('after a tool', figures.tool),
			row("after a tool, with marks of the user's own", figures.marked, {
				times_without: median(figures.marked) / median(figures.tool),
			}),
		];
	});
}

/** A home with a workstream and the hooks of claude. */
class HookedHome {
	#options;
	#commands;
	#session = randomUUID();

	constructor(scene, name, folder) {
		this.home = scene.makeFolder(name);
		this.#options = { cwd: folder, env: { ...scene.env, HOME: this.home } };
		this.relay('ws', 'new', 'auth', 'Move the login to tokens');
		this.relay('hooks', 'install', 'claude');
		const { hooks } = JSON.parse(readFileSync(join(this.home, '.claude/settings.json'), 'utf8'));
		this.#commands = Object.fromEntries(
			Object.entries(hooks).map(([event, [{ hooks: own }]]) => [event, own[0].command]),
		);
	}

	relay(...args) {
		timeProcess(process.execPath, [RELAY, ...args], this.#options);
	}

	write(path, text) {
		const full = join(this.home, path);
		mkdirSync(join(full, '..'), { recursive: true });
		writeFileSync(full, text);
	}

	time(program, args, input = '') {
		return timeProcess(program, args, { ...this.#options, input, stdio: ['pipe', 'ignore', 'pipe'] });
	}

	/** Each is a new conversation. */
	start() {
		this.#session = randomUUID();
		return this.#time('SessionStart', { source: 'startup' });
	}

	tool() {
		return this.#time('PostToolUse', {
			tool_name: 'Bash',
			tool_input: { command: 'ls' },
			tool_response: { stdout: 'a\n'.repeat(200), stderr: '' },
		});
	}

	#time(event, more) {
		return this.time('/bin/sh', ['-c', this.#commands[event]], this.#input(event, more));
	}

	#input(event, more) {
		const { cwd } = this.#options;
		const transcript_path = join(this.home, '.claude/projects/-repo', `${this.#session}.jsonl`);
		return JSON.stringify({
			session_id: this.#session,
			transcript_path,
			cwd,
			hook_event_name: event,
			...more,
		});
	}

	/** A hook that fails says nothing, and would be fast. */
	checkAnswer() {
		const input = this.#input('SessionStart', { source: 'startup' });
		const { stdout } = spawnSync('/bin/sh', ['-c', this.#commands.SessionStart], {
			...this.#options,
			input,
			encoding: 'utf8',
		});
		if (!stdout.includes("Active workstream 'auth'"))
			throw new Error(`the hook says ${JSON.stringify(stdout)}`);
		this.tool();
		const status = spawnSync(process.execPath, [RELAY, 'hooks', 'status', '--json'], {
			...this.#options,
			encoding: 'utf8',
		});
		if (JSON.parse(status.stdout).sessions[0]?.calls !== 1)
			throw new Error(`no call was counted: ${status.stdout}`);
	}
}
