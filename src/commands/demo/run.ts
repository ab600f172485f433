/**
 * `demo`: the main job end to end on the bundled demo agents, in a folder and a home of its own. The prompts go through the same
 * conversation as anyone's; only the agents are scripted.
 */
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import * as v from 'valibot';
import { DEMO_OBJECTIVE, DEMO_ORDER, DEMO_SECOND_PROMPT } from '../../agents/demo/scenario.ts';
import { packageRoot } from '../../core/files/package-root.ts';
import { readJsonOrNull } from '../../core/files/read-file.ts';
import { OWN_NAME } from '../../core/own-name.ts';
import { findExecutable } from '../../core/processes/find-executable.ts';
import { openConversation } from '../../relay/conversation.ts';
import type { Conversation } from '../../relay/conversation-contract.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { createWrappedSink } from '../../view/live/wrapped-sink.ts';
import { Transcript } from '../../view/transcript.ts';
import type { Body, Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import type { Shown, View } from '../live.ts';
import { makeDemoFolder, removeDeadDemos } from './demo-folders.ts';
import { DemoNarrator } from './narrator.ts';
import { ownCommand } from './own-command.ts';
import { showDemoResult } from './show-result.ts';
import { DemoStage, type Reader } from './stage.ts';

interface DemoOptions {
	keep: boolean;
	fast: boolean;
	/** 1 is a pace to read at; 0 never waits. */
	pace: number;
}

/** What happens stands between the lines of the demo, behind a margin. */
const OWN_VIEW: View<RelayEvent> = { event: () => undefined, close: () => undefined };

/** Between two pieces of what a demo agent says, at pace 1. */
const PIECE_MS = 35;

export const demo: Body<DemoOptions, null> = {
	run: async (context, options) => {
		const temporary = tmpdir();
		removeDeadDemos(temporary, context.processes);
		const base = makeDemoFolder(temporary, options.keep, context.processes);
		const remove = () => options.keep || rmSync(base, { recursive: true, force: true });
		process.once('exit', remove);
		try {
			return await playIn(base, context, options);
		} finally {
			process.off('exit', remove);
			remove();
		}
	},
	toJson: () => undefined,
};

async function playIn(base: string, outer: CommandContext, options: DemoOptions): Promise<Result<null>> {
	const pace = options.fast ? 0 : options.pace;
	const folder = join(base, 'word-count');
	for (const path of [folder, join(base, 'home')]) mkdirSync(path);
	const env = demoEnvironment(outer.env, join(base, 'home'), pace);
	const context = outer.elsewhere({ folder, env });
	const hasGit = await prepareRepo(context);
	const { live, clock } = context;
	const command = await commandHere(outer);
	const conversation = openConversation(await context.ports({ isTrusted: false, config: [] }), {
		kind: 'run',
		agent: null,
		model: null,
		permissions: null,
		order: DEMO_ORDER,
		timeoutMs: null,
		parentTurn: null,
	});
	const act = async (shown: Shown<RelayEvent>): Promise<Result<null>> => {
		const stage = new DemoStage(
			(text) => live.print(text),
			pace === 0 ? null : readerOf(outer, shown.signal),
		);
		const narrator = new DemoNarrator({ look: live.look, stage, pace, clock, command });
		const signal = AbortSignal.any([shown.signal, stage.left]);
		const end = () => ({ exitCode: shown.stoppedBy() ?? EXIT.interrupted, data: null });
		await narrator.begin(folder, hasGit);
		const isDone = await playPrompts(conversation, { signal, stage, narrator, context });
		if (signal.aborted) return end();
		if (!isDone) return { exitCode: EXIT.failed, data: null };
		await showDemoResult(context, narrator);
		await narrator.end(options.keep ? base : null);
		await stage.shown();
		return signal.aborted ? end() : { exitCode: EXIT.done, data: null };
	};
	return live.conversation(conversation, act, OWN_VIEW);
}

/** Whoever sits at a terminal reads at their own pace; null: nobody does, as in a pipe and in CI. */
function readerOf({ commandLine, env, live }: CommandContext, signal: AbortSignal): Reader | null {
	if (commandLine === null || !commandLine.hasTerminal || isSet(env.CI)) return null;
	const prompt = live.look.theme.dim('Enter goes on');
	return { rows: commandLine.rows, wait: () => commandLine.waitForEnter(prompt, signal) };
}

const isSet = (value: string | undefined) => value !== undefined && value !== '' && value !== 'false';

async function commandHere({ folder, findProgram }: CommandContext): Promise<string> {
	const manifest = v.parse(
		v.object({ name: v.string() }),
		readJsonOrNull(join(packageRoot(), 'package.json')),
	);
	const found = await findProgram(OWN_NAME);
	return ownCommand({
		script: realpathSync(join(packageRoot(), 'bin/agent-relay.js')),
		folder,
		onPath: found === null ? null : realpathSync(found),
		packageName: manifest.name,
	});
}

interface Play {
	signal: AbortSignal;
	stage: DemoStage;
	narrator: DemoNarrator;
	context: CommandContext;
}

/** False when a prompt did not come to its end. */
async function playPrompts(
	conversation: Conversation,
	{ signal, stage, narrator, context: { live, clock, folder: worktree } }: Play,
): Promise<boolean> {
	const { columns, theme } = live.look;
	const sink = createWrappedSink((text) => stage.write(text), { columns, margin: '  ', theme });
	const send = (prompt: string) => {
		const transcript = new Transcript({ sink, theme, clock, worktree, diffHint: null });
		const onEvent = (event: RelayEvent) => {
			transcript.event(event);
			if (event.type === 'handed_over') stage.stop();
		};
		return conversation.send(prompt, { signal, onEvent });
	};
	await narrator.beforeFirstPrompt(DEMO_OBJECTIVE);
	const first = await send(DEMO_OBJECTIVE);
	await stage.shown();
	if (signal.aborted) return false;
	if (first.outcome !== 'completed') return narrator.gaveUp(first);
	await narrator.beforeSecondPrompt(DEMO_SECOND_PROMPT);
	if (signal.aborted) return false;
	const second = await send(DEMO_SECOND_PROMPT);
	await stage.shown();
	if (signal.aborted) return false;
	if (second.outcome !== 'completed') return narrator.gaveUp(second);
	await conversation.close();
	return true;
}

/** Nothing of the user's but what programs need to run and to show text. */
function demoEnvironment(env: CommandContext['env'], home: string, pace: number): Record<string, string> {
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
async function prepareRepo(context: CommandContext): Promise<boolean> {
	const { folder: cwd, env } = context;
	writeFileSync(join(cwd, 'README.md'), '# Word count\n\nA folder for the demo of agent-relay.\n');
	const search = { searchPath: env.PATH ?? '', home: cwd, configured: null, untrustedFolders: [] };
	if (findExecutable(['git'], search).path === null) return false;
	const git = await context.git();
	const author = ['-c', 'user.name=Demo', '-c', 'user.email=demo@example.org'];
	await git.run(['-c', 'init.defaultBranch=main', 'init', '-q'], { cwd });
	await git.run(['add', '-A'], { cwd });
	await git.run([...author, 'commit', '-q', '-m', 'Begin'], { cwd });
	return true;
}
