import { describe, expect, it } from 'vitest';
import { chatLines } from '../../../../src/commands/chat/lines.ts';
import { holdChat } from '../../../../src/commands/chat/run.ts';
import type { Look } from '../../../../src/commands/look.ts';
import { COMMANDS } from '../../../../src/commands/registry.ts';
import { parseSessionId } from '../../../../src/core/ids.ts';
import type { Chat, ChatResult } from '../../../../src/relay/chat/chat-contract.ts';
import { slashCommand } from '../../../../src/shell/slash/commands/from-command.ts';
import { say } from '../../../../src/shell/slash/conversation/say.ts';
import type { SlashContext, WorkControl, WorkEnd } from '../../../../src/shell/slash/slash-command.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeSlashContext } from '../../../helpers/fake-slash-context.ts';

const ID = parseSessionId('01K3ZZZZZZZZZZZZZZZZZZZZZZ');
if (ID === null) throw new Error('no id');

const RESULT: ChatResult = {
	outcome: 'max_turns',
	sessionId: ID,
	turns: 4,
	lastMessage: null,
	participants: [
		{ id: 'claude', agent: 'claude', model: null, role: null, left: null },
		{ id: 'codex', agent: 'codex', model: null, role: null, left: null },
	],
	packet: 'resume/004-codex-next.md',
	earliestReset: null,
};

/** Runs `/chat …` on a chat that ends with `result`. */
async function run(argument: string, result: Partial<ChatResult> = {}) {
	const opened: unknown[] = [];
	const said: string[] = [];
	let isClosed = false;
	let asked: unknown = null;
	let listener: ((text: string) => void) | null = null;
	const talk: Chat = {
		session: () => ({
			id: ID ?? RESULT.sessionId,
			folder: '/f',
			meta: fakeSessionMeta({ objective: 'the topic' }),
		}),
		run: async () => ({ ...RESULT, ...result }),
		say: (text) => said.push(text),
		answer: () => 'taken',
		change: () => fakeSessionMeta({}),
		setAllowed: () => true,
		stopHard: () => undefined,
		close: async () => {
			isClosed = true;
		},
	};
	const ends: WorkEnd[] = [];
	const control: WorkControl = {
		signal: new AbortController().signal,
		onEvent: () => undefined,
		onStatus: () => undefined,
		onHardStop: () => undefined,
		onSay: (take) => {
			listener = take;
		},
		onAsked: (who) => {
			asked = who;
		},
	};
	const over: Partial<SlashContext> = {
		work: async (act) => {
			ends.push(await act(control));
		},
	};
	const fake = fakeSlashContext(over);
	const chat = slashCommand({
		...COMMANDS.chat,
		call: async (context, { topic: words = null, ...flags }) => {
			opened.push({ flags, words });
			const {
				data,
				heard = null,
				isStopped = false,
				exitCode,
			} = await holdChat(context, talk, { isContinued: false, isQuiet: false });
			const lines = (look: Look) => chatLines(data, look);
			return {
				exitCode,
				heard,
				isStopped,
				toJson: () => data,
				lines,
				pieces: () => null,
				quietLines: () => [],
			};
		},
	});
	await chat.run(fake.context, argument);
	return {
		...{ ...fake, opened, ends, said, talk },
		listener: () => listener,
		asked: () => asked,
		isClosed: () => isClosed,
	};
}

describe('/chat', () => {
	it.each([
		['tabs or spaces? --agents a,b -n 4', 'tabs or spaces?', { agents: 'a,b', maxTurns: '4' }],
		['--agents a,b tabs or spaces?', 'tabs or spaces?', { agents: 'a,b' }],
		['"tabs or  spaces?" -A a,b', 'tabs or  spaces?', { agents: 'a,b' }],
		[
			"what's wrong with the user's plan? --agents=a,b",
			"what's wrong with the user's plan?",
			{ agents: 'a,b' },
		],
		[
			'is -v a good flag -- or --verbose? --agents a,b',
			'is -v a good flag -- or --verbose?',
			{ agents: 'a,b' },
		],
		[
			'x --agents a,b --role a="be brief" --role 2=\'find holes\' --until "both are sure" -p edit',
			'x',
			{ agents: 'a,b', role: ['a=be brief', '2=find holes'], until: 'both are sure', permissions: 'edit' },
		],
		['--continue', null, { continue: true }],
		['and on Windows? -c', 'and on Windows?', { continue: true }],
		['--session 7F3K2Q "go on"', 'go on', { session: '7F3K2Q' }],
	])('reads %s', async (argument, words, flags) => {
		expect((await run(argument)).opened).toEqual([{ words, flags }]);
	});

	it.each(['one --agents a,b two', '--agents a,b one -n 4 two', 'x --agents', 'x --agents a,b --colour'])(
		'refuses %s with how it is written',
		async (argument) => {
			await expect(run(argument)).rejects.toMatchObject({
				code: 'usage',
				hint: expect.stringContaining('Usage: /chat'),
			});
		},
	);

	it('is what the answers at the shell go to while it runs', async () => {
		const { asked, talk } = await run('x --agents a,b');
		expect(asked()).toBe(talk);
	});

	it('tells how it ended, how to go on, and leaves a note in the session of the shell', async () => {
		const { printed, relay, ends, isClosed } = await run('x --agents a,b');
		expect(printed.join('\n')).toContain('Chat over: its turns are used up');
		expect(printed.join('\n')).toContain('continue: /chat --session ZZZZZZ');
		expect(relay.calls).toEqual([
			{
				call: 'note',
				text: `A chat of claude, codex about "the topic" ended after 4 turns: its turns are used up. What was said: agent-relay show ${ID}`,
			},
		]);
		// What was typed behind it still runs: nothing broke.
		expect(ends).toEqual([{ exitCode: 2, isBroken: false }]);
		expect(isClosed()).toBe(true);
	});

	it('that was stopped breaks what was typed behind it', async () => {
		expect((await run('x --agents a,b', { outcome: 'interrupted' })).ends).toEqual([
			{ exitCode: 130, isBroken: true },
		]);
	});

	it('offers the next agent of a list, not those named', async () => {
		const { context } = fakeSlashContext();
		const chat = slashCommand(COMMANDS.chat);
		const offered = (await chat.complete(context, 'x --agents claude,')).map(({ value }) => value);
		expect(offered).toContain('claude,codex');
		expect(offered).not.toContain('claude,claude');
		expect((await chat.complete(context, 'x -p ')).map(({ value }) => value)).toContain('read-only');
		expect((await chat.complete(context, 'x ')).map(({ value }) => value)).toContain('--until');
	});
});

describe('/say', () => {
	it('gives the words to what runs, as typed', async () => {
		const heard: string[] = [];
		const { context } = fakeSlashContext({ say: (text) => heard.push(text) });
		await say.run(context, 'keep  it "small"');
		expect(heard).toEqual(['keep  it "small"']);
	});

	it('reaches a chat that runs', async () => {
		const { listener, said } = await run('x --agents a,b');
		listener()?.('hello');
		expect(said).toEqual(['hello']);
	});

	it('is refused where no chat runs, and without words', async () => {
		const { context } = fakeSlashContext();
		await expect(say.run(context, 'x')).rejects.toMatchObject({
			message: expect.stringContaining('No chat is running'),
		});
		await expect(say.run({ ...context, say: () => undefined }, '')).rejects.toMatchObject({ code: 'usage' });
	});
});
