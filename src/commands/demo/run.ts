/**
 * `demo`: the main job end to end on the bundled demo agents, in a folder and a home of its own. The prompts go through the same
 * conversation as anyone's; only the agents are scripted.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { DEMO_OBJECTIVE, DEMO_ORDER, DEMO_SECOND_PROMPT } from '../../agents/demo/scenario.ts';
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
import { DemoNarrator } from './narrator.ts';
import { showDemoResult } from './show-result.ts';

interface DemoOptions {
	keep: boolean;
	/** 1 is a pace to read at; 0 never waits. */
	pace: number;
}

/** What happens stands between the lines of the demo, behind a margin. */
const OWN_VIEW: View<RelayEvent> = { event: () => undefined, close: () => undefined };

/** Between two pieces of what a demo agent says, at pace 1. */
const PIECE_MS = 35;

export const demo: Body<DemoOptions, null> = {
	run: async (context, options) => {
		const base = realpathSync(mkdtempSync(join(tmpdir(), 'agent-relay-demo-')));
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

async function playIn(
	base: string,
	outer: CommandContext,
	{ pace, keep }: DemoOptions,
): Promise<Result<null>> {
	const folder = join(base, 'word-count');
	for (const path of [folder, join(base, 'home')]) mkdirSync(path);
	const env = demoEnvironment(outer.env, join(base, 'home'), pace);
	const context = outer.elsewhere({ folder, env });
	const hasGit = await prepareRepo(context);
	const { live, clock } = context;
	const narrator = new DemoNarrator({ live, pace, clock });
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
		await narrator.begin(folder, hasGit);
		const isDone = await playPrompts(conversation, shown.signal, narrator, context);
		if (!isDone) return { exitCode: shown.stoppedBy() ?? EXIT.failed, data: null };
		await showDemoResult(context, narrator);
		await narrator.end(keep ? base : null);
		return { exitCode: EXIT.done, data: null };
	};
	return live.conversation(conversation, act, OWN_VIEW);
}

/** False when a prompt did not come to its end. */
async function playPrompts(
	conversation: Conversation,
	signal: AbortSignal,
	narrator: DemoNarrator,
	{ live, clock, folder: worktree }: CommandContext,
): Promise<boolean> {
	const { columns, theme } = live.look;
	const sink = createWrappedSink((text) => live.print(text), { columns, margin: '  ', theme });
	const send = (prompt: string) => {
		const transcript = new Transcript({ sink, theme, clock, worktree });
		return conversation.send(prompt, { signal, onEvent: (event) => transcript.event(event) });
	};
	await narrator.beforeFirstPrompt(DEMO_OBJECTIVE);
	const first = await send(DEMO_OBJECTIVE);
	if (first.outcome !== 'completed') return narrator.gaveUp(first);
	await narrator.beforeSecondPrompt(DEMO_SECOND_PROMPT);
	const second = await send(DEMO_SECOND_PROMPT);
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
