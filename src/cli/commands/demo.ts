/**
 * `agent-relay demo`: the main job end to end on the bundled demo agents, in a folder and a home of its own. The prompts go
 * through the same conversation as anyone's; only the agents are scripted.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { DEMO_OBJECTIVE, DEMO_ORDER, DEMO_SECOND_PROMPT } from '../../agents/demo/scenario.ts';
import { type App, createApp } from '../../app/create-app.ts';
import { openRelay, type RelayFlags, readSettings } from '../../app/open-relay.ts';
import { RelayError } from '../../core/errors.ts';
import { findExecutable } from '../../core/processes/find-executable.ts';
import type { Conversation } from '../../relay/contract.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { createWrappedSink } from '../../view/live/wrapped-sink.ts';
import { Transcript } from '../../view/transcript.ts';
import type { CommandResult, Output } from '../command.ts';
import { DemoNarrator } from '../render/demo-narrator.ts';
import { showDemoResult } from '../render/demo-result.ts';
import { listenForStop, type StopSignals } from '../stop-signals.ts';

export interface DemoOptions {
	keep?: boolean;
	pace: string;
}

/** Between two pieces of what a demo agent says, at pace 1. */
const PIECE_MS = 35;
const MAX_PACE = 20;

const FLAGS: RelayFlags = {
	kind: 'run',
	agent: null,
	model: null,
	permissions: null,
	order: DEMO_ORDER,
	timeoutMs: null,
	isTrusted: false,
	config: [],
};

export async function demo(app: App, options: DemoOptions, output: Output): Promise<CommandResult> {
	const pace = readPace(options.pace);
	const base = realpathSync(mkdtempSync(join(tmpdir(), 'agent-relay-demo-')));
	const remove = () => options.keep || rmSync(base, { recursive: true, force: true });
	process.once('exit', remove);
	try {
		return await playIn(base, app, pace, options.keep === true, output);
	} finally {
		process.off('exit', remove);
		remove();
	}
}

function readPace(text: string): number {
	const pace = Number(text);
	if (/^\d+(\.\d+)?$/.test(text) && pace <= MAX_PACE) return pace;
	throw new RelayError('usage', `--pace takes a number from 0 to ${MAX_PACE}, not ${JSON.stringify(text)}.`);
}

async function playIn(
	base: string,
	outer: App,
	pace: number,
	isKept: boolean,
	output: Output,
): Promise<CommandResult> {
	const folder = join(base, 'word-count');
	for (const path of [folder, join(base, 'home')]) mkdirSync(path);
	const env = demoEnvironment(outer.env, join(base, 'home'), pace);
	const app = createApp({ folder, env, leave: outer.leave });
	const hasGit = await prepareRepo(app);
	const narrator = new DemoNarrator({ output, pace, clock: app.clock });
	const relay = await openRelay(app, FLAGS, { settings: await readSettings(app, FLAGS) });
	const stop = listenForStop(relay, app);
	try {
		await narrator.begin(folder, hasGit);
		if (!(await playPrompts(relay, stop, narrator, app, output))) {
			return { exitCode: stop.exitCode() ?? EXIT.failed };
		}
		await showDemoResult(app, narrator);
		await narrator.end(isKept ? base : null);
		return { exitCode: EXIT.done };
	} finally {
		await relay.close();
		stop.dispose();
	}
}

/** False when a prompt did not come to its end. */
async function playPrompts(
	relay: Conversation,
	{ signal }: StopSignals,
	narrator: DemoNarrator,
	app: App,
	output: Output,
): Promise<boolean> {
	const sink = createWrappedSink(output.print, {
		columns: output.columns,
		margin: '  ',
		theme: output.theme,
	});
	const send = (prompt: string) => {
		const transcript = new Transcript({ sink, theme: output.theme, clock: app.clock, worktree: app.folder });
		return relay.send(prompt, { signal, onEvent: (event) => transcript.event(event) });
	};
	await narrator.beforeFirstPrompt(DEMO_OBJECTIVE);
	const first = await send(DEMO_OBJECTIVE);
	if (first.outcome !== 'completed') return narrator.gaveUp(first);
	await narrator.beforeSecondPrompt(DEMO_SECOND_PROMPT);
	const second = await send(DEMO_SECOND_PROMPT);
	if (second.outcome !== 'completed') return narrator.gaveUp(second);
	await relay.close();
	return true;
}

/** Nothing of the user's but what programs need to run and to show text. */
function demoEnvironment(env: App['env'], home: string, pace: number): Record<string, string> {
	const kept = ['TERM', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'].flatMap(
		(name): Array<[string, string]> => {
			const value = env[name];
			return value === undefined ? [] : [[name, value]];
		},
	);
	return {
		...Object.fromEntries(kept),
		PATH: [dirname(process.execPath), env.PATH ?? ''].join(delimiter),
		HOME: home,
		DEMO_AGENT_PACE_MS: String(Math.round(PIECE_MS * pace)),
	};
}

/** A small repo where git is there, else a plain folder. */
async function prepareRepo(app: App): Promise<boolean> {
	const { folder: cwd, env } = app;
	writeFileSync(join(cwd, 'README.md'), '# Word count\n\nA folder for the demo of agent-relay.\n');
	const search = { searchPath: env.PATH ?? '', home: cwd, configured: null, untrustedFolders: [] };
	if (findExecutable(['git'], search).path === null) return false;
	const git = await app.git();
	const author = ['-c', 'user.name=Demo', '-c', 'user.email=demo@example.org'];
	await git.run(['-c', 'init.defaultBranch=main', 'init', '-q'], { cwd });
	await git.run(['add', '-A'], { cwd });
	await git.run([...author, 'commit', '-q', '-m', 'Begin'], { cwd });
	return true;
}
