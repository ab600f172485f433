/** `kill -9` of the relay while Copilot CLI, Gemini CLI or OpenCode works, their tools and a tmux server behind it, and the next start. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { type Answer, callTools, sayUntil, TOOLS } from './harness/answers.ts';
import {
	expectAllGone,
	expectPrintedIsRecorded,
	expectToGoOn,
	expectWholeRecords,
} from './harness/crash-checks.ts';
import { ASKED, giveOpencodeItsPlugin } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { RunningRelay, Scene } from './harness/scene.ts';
import { isSome, LEFT_OUT } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

type Other = (typeof OTHERS)[number];
const OTHERS = ['copilot', 'gemini', 'opencode'] as const;
const PROMPT = 'Survey the lake and report';
const flags = (agent: Other) => ['-a', ASKED[agent], '-p', 'full', '--trust'];
/** Instants by how often the model was asked, since these CLIs take their time to start; 0: the turn has begun. */
const INSTANTS = [
	{ asked: 0, afterMs: 0 },
	{ asked: 0, afterMs: 500 },
	{ asked: 1, afterMs: 50 },
	{ asked: 2, afterMs: 100 },
	{ asked: 3, afterMs: 250 },
];
/** Each agent at each instant; `some` tries each instant with one of them. */
const KILLS = OTHERS.flatMap((agent, at) =>
	INSTANTS.map((instant, nth) => ({ agent, ...instant, isTried: !isSome || nth % OTHERS.length === at })),
);
const tried = KILLS.filter(({ isTried }) => isTried);
const leftOut = KILLS.filter(({ isTried }) => !isTried);
const TITLE =
	'$afterMs ms after question $asked of $agent: agents end, records are whole, --continue goes on';

describe.skipIf(!hasAgents)('a relay that is killed', () => {
	const openScene = scenes();

	it.each(tried)(TITLE, async ({ agent, asked, afterMs }) => {
		const scene = await openScene();
		giveOpencodeItsPlugin(scene);
		scene.model.script(agent, ...survey(agent));
		const running = scene.startRun(PROMPT, flags(agent));
		await running.event('the start of its turn', ({ type }) => type === 'turn_started');
		await until(
			() => scene.model.of(agent).length >= asked,
			`question ${asked}`,
			() => running.stdout() + running.stderr(),
		);
		await new Promise((wake) => setTimeout(wake, afterMs));
		await kill(running);

		await expectAllGone(scene);
		expectWholeRecords(scene);
		expectPrintedIsRecorded(scene, running);
		await expectToGoOn(scene, { agent, flags: flags(agent), prompt: PROMPT });
	});

	it.skip.each(leftOut)(`${TITLE} ${LEFT_OUT}`, () => undefined);
});

describe.skipIf(!hasAgents || !hasTmux())('a relay that is killed while a tool runs', () => {
	const openScene = scenes();
	let socket = '';
	afterEach(() => endTmux(socket));

	it.each(OTHERS)('of %s: the next start ends or names it, and leaves a tmux server alone', async (agent) => {
		const scene = await openScene();
		socket = join(scene.root, 'tmux.sock');
		const server = `tmux -S '${socket}' new-session -d 'exec sleep 301'`;
		scene.model.script(agent, callTools(TOOLS[agent].shell(`${server}; sleep 300`)));
		const running = scene.startRun(PROMPT, flags(agent));
		await until(
			() => hasServer(scene) && isAtWork(scene) && scene.turn(1).strays.some(isOfTool),
			'the tool to be on record and its tmux server to be up',
			() => JSON.stringify(scene.processes()) + running.stdout() + running.stderr(),
		);
		await kill(running);
		await until(
			() => scene.processes().every((process) => isOfTool(process) || isOfTmux(process)),
			'the agent to be gone',
			() => JSON.stringify(scene.processes()),
		);
		expectWholeRecords(scene);
		const ofUser = scene.processes().filter(isOfTmux);
		expect(ofUser.map(({ command }) => command)).toContain('sleep 301');

		const named = await namedByNextStart(scene, agent);
		const left = scene.processes().filter(isOfTool);
		expect(left.filter(({ pid }) => !named.includes(`left running: ${pid}`))).toEqual([]);
		expect(scene.processes().filter(isOfTmux)).toEqual(ofUser);
		expect(left, 'what was on record is ended').toEqual([]);
	});

	it.each(OTHERS)('a turn of %s that is interrupted leaves a tmux server alone too', async (agent) => {
		const scene = await openScene();
		socket = join(scene.root, 'tmux.sock');
		const server = `tmux -S '${socket}' new-session -d 'exec sleep 301'`;
		scene.model.script(agent, callTools(TOOLS[agent].shell(`${server}; sleep 300`)));
		const running = scene.startRun(PROMPT, flags(agent));
		await until(
			() => hasServer(scene) && isAtWork(scene),
			'the tool and its tmux server to run',
			() => running.stdout() + running.stderr(),
		);
		running.child.kill('SIGINT');
		expect((await running.ended).exitCode).toBe(130);
		await until(
			() => scene.processes().every(isOfTmux),
			'agent and tool to be gone',
			() => JSON.stringify(scene.processes()),
		);
		expect(scene.processes().map(({ command }) => command)).toContain('sleep 301');
	});
});

/** A command, a file, and an answer that does not end. */
function survey(agent: Other): Answer[] {
	return [
		{ type: 'message', text: 'I measure first.', calls: [TOOLS[agent].shell('sleep 0.2; echo depth 12')] },
		callTools(TOOLS[agent].shell('echo 12 > depth.txt')),
		sayUntil('The lake is 12 m deep.', new Promise(() => undefined)),
	];
}

async function kill(running: RunningRelay): Promise<void> {
	running.child.kill('SIGKILL');
	await running.ended;
}

async function namedByNextStart(scene: Scene, agent: Other): Promise<string> {
	scene.model.reset();
	const again = await scene.relay(['run', '--json', ...flags(agent), '--continue']);
	expect(again.exitCode, again.stderr).toBe(0);
	expect(scene.meta().status).toBe('completed');
	return again.stderr;
}

const isOfTmux = ({ command }: { command: string }) => command === 'sleep 301' || /^tmux\b/.test(command);
const isOfTool = (process: { command: string }) =>
	!isOfTmux(process) && process.command.includes('sleep 300');

/** The pane has become its command: before that it is a copy of the server or a shell. */
const hasServer = (scene: Scene) => scene.processes().some(({ command }) => command === 'sleep 301');

/** The tool is past the start of the server. */
const isAtWork = (scene: Scene) => scene.processes().some(({ command }) => command === 'sleep 300');

function hasTmux(): boolean {
	try {
		execFileSync('tmux', ['-V']);
		return true;
	} catch {
		return false;
	}
}

function endTmux(socket: string): void {
	try {
		execFileSync('tmux', ['-S', socket, 'kill-server'], { stdio: 'ignore' });
	} catch {
		// It never started.
	}
}
