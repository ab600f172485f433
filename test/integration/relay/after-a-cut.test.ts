import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BenchRelay, benchConfig, EngineBench, RECORDED_AT } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers, claudeLimited, codexAnswers } from '../../helpers/fake-agent-lines.ts';
import { type FakeStep, HANGS } from '../../helpers/fake-agents.ts';

let bench: EngineBench;

beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

const begun = claude.init + claude.text('I publish it now.') + claude.tool('t1', 'npm publish');
const ONLY_CLAUDE = benchConfig((config) => {
	config.agents.order = ['claude'];
});

/** The last turn's prompt as sent, and the user's words as its record points to them. */
function sentLast(it: BenchRelay): { prompt: string; words: string } {
	const state = it.states().at(-1);
	const prompt = it.read(state?.turn ?? 0, 'prompt.md');
	const { start, end } = state?.user_prompt ?? { start: 0, end: 0 };
	return { prompt, words: Buffer.from(prompt).subarray(start, end).toString() };
}

/** Ends the relay's first turn in each of the ways that cut it off; the next turn answers. */
const CUTS: ReadonlyArray<{
	how: string;
	steps: FakeStep[];
	start?: { timeoutMs: number };
	stopAt?: 'tool_call';
	/** Its time is over then. */
	passAt?: 'tool_call';
	says: RegExp;
	isKnown: boolean;
}> = [
	{
		how: 'Ctrl+C',
		steps: [{ onStop: { exit: 0 } }, { emit: begun }, HANGS],
		stopAt: 'tool_call',
		says: /was cut off: it was interrupted \(Ctrl\+C or a signal\)/,
		isKnown: true,
	},
	{
		how: 'a time-out',
		steps: [{ emit: begun }, HANGS],
		start: { timeoutMs: 600_000 },
		passAt: 'tool_call',
		says: /was cut off: it ran out of the time/,
		isKnown: true,
	},
	{
		how: 'a kill from outside',
		steps: [{ emit: begun }, { signal: 'SIGKILL' }],
		says: /was cut off in the middle \(a crash or a kill\)/,
		isKnown: false,
	},
];

describe.each(CUTS)(
	'an agent that resumes its conversation after $how',
	({ steps, start, stopAt, passAt, says, isKnown }) => {
		const outcome = isKnown ? /Its outcome is known: it did not finish/ : /Its outcome is unknown/;

		async function cutOff(): Promise<BenchRelay> {
			bench.install('claude', { turns: [claudeAnswers('ready'), steps, claudeAnswers('again')] });
			const it = await bench.relay({ agent: 'claude', ...start });
			await it.send('get ready');
			it.onEvent = (event) => {
				if (event.type !== 'agent_event') return;
				if (event.event.type === stopAt) it.abort.abort();
				if (event.event.type === passAt) bench.clock.pass(600_000);
			};
			await it.send('publish the package');
			const id = it.relay.session()?.id;
			await it.relay.close();
			const next = await bench.relay({ agent: 'claude' });
			if (id) await next.relay.resume(id);
			return next;
		}

		it('is told so before the next prompt, in the words of the relay; the words of the user are unchanged', async () => {
			const it = await cutOff();
			const words = '/not a command\n  keep   this @file <relay-0> "as it is"';
			expect((await it.send(words)).outcome).toBe('completed');

			expect(bench.received('claude')[2]?.args).toContain('--resume');
			const sent = sentLast(it);
			expect(sent.words).toBe(words);
			const [, mark, note, rest] =
				/^<(relay-[0-9a-f]{8})>\n([\s\S]*?)<\/\1>\n\n([\s\S]*)$/.exec(sent.prompt) ?? [];
			expect(mark).toBeDefined();
			expect(rest).toBe(words);
			expect(note).toMatch(says);
			expect(note).toMatch(outcome);
			expect(note).toMatch(/before you repeat any of it/);
			expect(note).toMatch(
				/Calls of yours without a recorded end[\s\S]*<record-[0-9a-f]{8}>\n> Bash: npm publish\n<\/record/,
			);
			expect(it.states().at(-1)?.packet).toBeNull();
		});

		it('is told so with the prompt that was cut off, and the packet says why the work stopped', async () => {
			const it = await cutOff();
			expect((await it.relay.continuePending(it.options)).outcome).toBe('completed');

			expect(bench.received('claude')[2]?.args).toContain('--resume');
			const { prompt } = sentLast(it);
			expect(prompt).toContain('publish the package');
			const why = prompt.split('\n').find((line) => line.startsWith('Why it stopped:'));
			expect(why).toMatch(/turn 2 of Claude Code/);
			expect(why).toMatch(says);
			expect(prompt).toMatch(outcome);
			expect(prompt).toMatch(/before you repeat any of it/);
			expect(prompt).toContain('> Bash: npm publish\n');
		});

		it('is told so when it comes back after the turn of another agent, whose work it is told too', async () => {
			bench.install('codex', { turns: [codexAnswers('published by hand')] });
			const it = await cutOff();
			await it.relay.use({ agent: 'codex', model: null }, null);
			await it.send('publish it, please');
			await it.relay.use({ agent: 'claude', model: null }, null);
			expect((await it.send('and now?')).outcome).toBe('completed');
			const { prompt } = sentLast(it);
			expect(prompt).toContain('published by hand');
			expect(prompt).toMatch(/Your last turn \(turn 2\)/);
			expect(prompt).toMatch(says);
			expect(prompt).toMatch(/before you repeat any of it/);
		});

		it('is told once: the turn after the next completed one is the bare prompt', async () => {
			const it = await cutOff();
			await it.send('look around');
			await it.send('and now?');
			expect(sentLast(it).prompt).toBe('and now?');
		});
	},
);

describe('an agent that waits for its reset', () => {
	it('is told that its own limit cut it off, and not that the session was left', async () => {
		bench.install('claude', { turns: [claudeLimited(RECORDED_AT + 3_600_000), claudeAnswers('done')] });
		const it = await bench.relay({}, { config: ONLY_CLAUDE });
		expect((await it.send('patience', { wait: true })).outcome).toBe('completed');
		const { prompt } = sentLast(it);
		expect(prompt).toContain('patience');
		expect(prompt).toMatch(
			/Why it stopped: turn 1 of Claude Code was cut off: it met a usage limit \(five_hour window\)/,
		);
		expect(prompt).toMatch(/Your last turn \(turn 1\) was cut off/);
		expect(prompt).toMatch(/before you repeat any of it/);
		expect(it.states()[1]).toMatchObject({ agent: 'claude', resumed: true });
	});
});

describe('a prompt that never reached the agent', () => {
	it('is told again before the next one, each once', async () => {
		const refused: FakeStep[] = [{ emit: claude.init + claude.notLoggedIn }, { exit: 1 }];
		bench.install('claude', { turns: [claudeAnswers('one'), refused, refused, claudeAnswers('two')] });
		const it = await bench.relay({ agent: 'claude' });
		await it.send('first');
		await it.send('second, with /slash');
		await it.send('third');
		expect((await it.send('fourth')).outcome).toBe('completed');
		const { prompt, words } = sentLast(it);
		expect(words).toBe('fourth');
		expect(prompt).toMatch(/failed: the login was refused\. Its outcome is known: nothing was begun/);
		for (const unheard of ['second, with /slash', 'third'])
			expect(prompt.split(`<user-`).filter((part) => part.includes(`>\n${unheard}\n</user-`))).toHaveLength(
				1,
			);
		expect(prompt.endsWith('\n\nfourth')).toBe(true);
	});
});

describe('a hand-over', () => {
	it('that the user asks for after Ctrl+C names the cut beside the choice', async () => {
		bench.install('claude', { turns: [[{ onStop: { exit: 0 } }, { emit: begun }, HANGS]] });
		bench.install('codex', { turns: [codexAnswers('yes')] });
		const it = await bench.relay({ agent: 'claude' });
		it.onEvent = (event) =>
			event.type === 'agent_event' && event.event.type === 'tool_call' && it.abort.abort();
		await it.send('publish the package');
		const id = it.relay.session()?.id;
		await it.relay.close();
		const next = await bench.relay();
		if (id) await next.relay.resume(id);
		await next.relay.use({ agent: 'codex', model: null }, null);
		await next.send('go on');
		expect(bench.received('codex')[0]?.prompt).toMatch(
			/Why it stopped: the user chose another agent after Claude Code; turn 1 of Claude Code was cut off/,
		);
	});

	it('to an agent whose own turn was cut off, when others finished the work since, has no note of it', async () => {
		bench.install('claude', { turns: [claudeLimited(RECORDED_AT + 7_200_000), claudeAnswers('back')] });
		bench.install('codex', { turns: [codexAnswers('codex finished it')] });
		const it = await bench.relay();
		await it.send('the task');
		await it.relay.use({ agent: 'claude', model: null }, null);
		await it.send('go on');
		const { prompt } = sentLast(it);
		expect(prompt).toContain('codex finished it');
		expect(prompt).not.toMatch(/cut off|before you repeat/);
	});
});
