/** An agent that asks in mid-turn: what it is told, what is recorded, and that nothing is allowed that nobody allowed. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/agents/asking/question.ts';
import { createRegistry } from '../../../src/agents/registry.ts';
import { DEFAULT_CONFIG } from '../../../src/config/defaults.ts';
import type { RelayEvent } from '../../../src/relay/events/relay-events.ts';
import type { RelayStart } from '../../../src/relay/ports.ts';
import { logFile } from '../../../src/sessions/files/session-paths.ts';
import { askingClaude } from '../../helpers/asking-agent.ts';
import { type BenchRelay, benchConfig, EngineBench } from '../../helpers/engine-bench.ts';
import { claudeAnswers } from '../../helpers/fake-agent-lines.ts';
import type { FakeAsk, FakeStep } from '../../helpers/fake-agents.ts';
import { until } from '../../helpers/patience.ts';

type Asked = Extract<RelayEvent, { type: 'question_asked' }>;

const ALLOW: Answer = { option: 'allow', text: null };
const DENY: Answer = { option: 'deny', text: null };

let bench: EngineBench;
let outcome: string;
let ran: string;
beforeEach(() => {
	bench = new EngineBench();
	outcome = join(bench.root, 'outcome');
	ran = join(bench.root, 'ran');
});
afterEach(() => bench.dispose());

interface Scene {
	/** Asked one after the other. */
	asks: Array<Omit<FakeAsk, 'outcome'>>;
	/** Asked at once. */
	together?: boolean;
	/** Called with each question, its number from 0 on. */
	onAsked?: (relay: BenchRelay, asked: Asked, number: number) => void;
	questionS?: number;
	transport?: 'socket' | 'stdin';
	start?: Partial<RelayStart>;
	last?: FakeStep[];
}

/** One turn in which the agent asks so; resolves with what was recorded of it. */
async function turnAsking(scene: Scene) {
	const { asks, onAsked = () => undefined, questionS = 60, transport = 'socket', start } = scene;
	const whole = asks.map((ask) => ({ outcome, ...ask }));
	const steps = scene.together ? [{ ask: whole }] : whole.map((ask) => ({ ask: [ask] }));
	bench.install('claude', { turns: [[...steps, ...(scene.last ?? claudeAnswers('done'))]] });
	const config = benchConfig((config) => {
		config.permissions.ask_timeout = questionS;
	});
	const privateFolder = join(bench.root, 'private');
	const registry = createRegistry([askingClaude(transport)]);
	const relay = await bench.relay(start ?? {}, { config, registry, socketFolders: [privateFolder] });
	let number = 0;
	relay.onEvent = (event) => {
		if (event.type === 'question_asked') onAsked(relay, event, number++);
	};
	const { state } = await relay.send('do it');
	if (state === null) throw new Error('no turn');
	const outcomes = existsSync(outcome) ? readFileSync(outcome, 'utf8').trim().split('\n') : [];
	expect(existsSync(privateFolder) ? readdirSync(privateFolder) : []).toEqual([]);
	return {
		relay,
		state,
		outcomes,
		asked: relay.ofType('question_asked'),
		told: relay.ofType('question_settled'),
	};
}

const linesOf = (text: string) =>
	text
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line));
const questionEvents = (relay: BenchRelay) =>
	linesOf(relay.read(1, 'events.jsonl')).filter(({ type }) => type.startsWith('question_'));
const logged = (relay: BenchRelay) =>
	linesOf(readFileSync(logFile(relay.folder), 'utf8')).filter(({ type }) => type.startsWith('question_'));
const answerWith = (answer: Answer) => (relay: BenchRelay, asked: Asked) =>
	setImmediate(() => relay.relay.answer(asked.question.id, answer, 'user'));

describe.each(['socket', 'stdin'] as const)('a question by %s', (transport) => {
	it('that is allowed lets the agent go on, and all of it is on record', async () => {
		const asks = [{ title: 'run make', detail: 'make all\nmake test', run: `touch '${ran}'` }];
		const { relay, state, outcomes, asked, told } = await turnAsking({
			asks,
			transport,
			onAsked: answerWith(ALLOW),
		});
		expect(outcomes).toEqual(['allowed allow']);
		expect(existsSync(ran)).toBe(true);
		expect(state.status).toBe('completed');
		const [{ question } = { question: null }] = asked;
		expect(asked).toMatchObject([{ turn: 1, agent: 'claude', deniedInMs: 60_000 }]);
		expect(question).toMatchObject({
			kind: 'permission',
			title: 'run make',
			detail: 'make all\nmake test',
			options: [
				{ id: 'allow', label: 'Allow' },
				{ id: 'deny', label: 'Deny' },
			],
		});
		expect(told).toEqual([
			{ type: 'question_settled', turn: 1, id: question?.id, answer: ALLOW, by: 'user' },
		]);
		expect(questionEvents(relay)).toMatchObject([
			{ type: 'question_asked', ...question },
			{ type: 'question_answered', id: question?.id, answer: ALLOW, by: 'user' },
		]);
		expect(logged(relay)).toMatchObject([
			{ type: 'question_asked', turn: 1, agent: 'claude', question, denied_in_ms: 60_000 },
			{ type: 'question_answered', turn: 1, id: question?.id, answer: ALLOW, by: 'user' },
		]);
		const bytes = linesOf(relay.read(1, 'questions.jsonl'));
		expect(bytes.map(({ direction }) => direction)).toEqual(['in', 'out']);
		expect(bytes[0].text).toContain('make all');
		expect(JSON.parse(bytes[1].text)).toEqual({ allowed: true, option: 'allow', words: null });
		expect(relay.read(1, 'output.md')).toContain('? asks: run make\n  allowed\n');
	});

	it('that is denied with words gives the agent the words', async () => {
		const asks = [{ title: 'remove it', run: `touch '${ran}'` }];
		const onAsked = answerWith({ option: 'deny', text: 'not that one' });
		const { outcomes } = await turnAsking({ asks, transport, onAsked });
		expect(outcomes).toEqual(['denied deny not that one']);
		expect(existsSync(ran)).toBe(false);
	});

	it('that nobody answers is denied in time, and that is told', async () => {
		const asks = [{ title: 'anyone?', run: `touch '${ran}'` }];
		const { relay, outcomes, told, state } = await turnAsking({ asks, transport, questionS: 1 });
		expect(outcomes).toEqual(['denied nobody allowed it']);
		expect(existsSync(ran)).toBe(false);
		expect(told).toMatchObject([{ answer: null, by: 'timeout' }]);
		expect(relay.read(1, 'output.md')).toContain('denied: nobody answered in time');
		expect(state.status).toBe('completed');
	});
});

it('takes one of several options, and words where it asks for words', async () => {
	const options = [
		{ id: 'a', label: 'The first' },
		{ id: 'b', label: 'The second' },
	];
	const asks = [
		{ kind: 'choice' as const, title: 'which?', options },
		{ kind: 'text' as const, title: 'what name?', options: [] },
	];
	const answers: Answer[] = [
		{ option: 'b', text: null },
		{ option: null, text: 'lake' },
	];
	const { outcomes } = await turnAsking({
		asks,
		onAsked: (relay, asked, number) => answerWith(answers[number] ?? DENY)(relay, asked),
	});
	expect(outcomes).toEqual(['allowed b', 'allowed lake']);
});

it('may be asked twice at once; each answer reaches the one that asked', async () => {
	const other = join(bench.root, 'other');
	const asks = [
		{ title: 'first', run: `touch '${ran}'` },
		{ title: 'second', run: `touch '${other}'` },
	];
	const open: Asked[] = [];
	const { outcomes, asked } = await turnAsking({
		asks,
		together: true,
		onAsked: (relay, question) => {
			open.push(question);
			if (open.length < 2) return;
			for (const { question } of open.reverse())
				relay.relay.answer(question.id, question.title === 'first' ? ALLOW : DENY, 'user');
		},
	});
	expect(asked).toHaveLength(2);
	expect(new Set(asked.map(({ question }) => question.id)).size).toBe(2);
	expect(outcomes.sort()).toEqual(['allowed allow', 'denied deny']);
	expect([existsSync(ran), existsSync(other)]).toEqual([true, false]);
});

it('takes one answer: a second one, one for no question, and one after the turn are too late', async () => {
	const said: unknown[] = [];
	const { relay, outcomes, asked, told } = await turnAsking({
		asks: [{ title: 'once' }],
		onAsked: ({ relay }, { question: { id } }) => {
			said.push(relay.answer(`${id}0`, ALLOW, 'user'));
			said.push(relay.answer(id, DENY, 'user'));
			said.push(relay.answer(id, ALLOW, 'second_terminal'));
		},
	});
	said.push(relay.relay.answer(asked[0]?.question.id ?? '', ALLOW, 'user'));
	expect(said).toEqual(['too_late', 'taken', 'too_late', 'too_late']);
	expect(outcomes).toEqual(['denied deny']);
	expect(told).toMatchObject([{ answer: DENY, by: 'user' }]);
});

it('stays open after an answer that it does not take', async () => {
	const problems: string[] = [];
	const attempt = (relay: BenchRelay, id: string, answer: Answer) => {
		try {
			relay.relay.answer(id, answer, 'user');
		} catch (error) {
			problems.push(String(error));
		}
	};
	const { outcomes } = await turnAsking({
		asks: [{ title: 'may I?' }],
		onAsked: (relay, { question: { id } }) => {
			attempt(relay, id, { option: 'always', text: null });
			attempt(relay, id, { option: null, text: 'yes' });
			attempt(relay, id, ALLOW);
		},
	});
	expect(problems).toEqual([
		expect.stringContaining('The question has no such option.'),
		expect.stringContaining('This question takes one of its options.'),
	]);
	expect(outcomes).toEqual(['allowed allow']);
});

it('is told as withdrawn when the agent takes it back, and answered no more', async () => {
	const { relay, told, asked, outcomes } = await turnAsking({
		asks: [{ title: 'never mind', run: `touch '${ran}'`, withdrawAfter: 50 }],
	});
	expect(told).toMatchObject([{ id: asked[0]?.question.id, answer: null, by: 'withdrawn' }]);
	expect(outcomes).toEqual(['denied no answer']);
	expect(existsSync(ran)).toBe(false);
	expect(relay.read(1, 'output.md')).toContain('withdrawn: the agent no longer waits for an answer');
});

it('stops the clocks of the turn while it waits', async () => {
	const { state, told } = await turnAsking({
		asks: [{ title: 'take your time' }],
		questionS: 6_000,
		start: { timeoutMs: 600_000 },
		onAsked: (relay, asked) => {
			const answerLater = async () => {
				bench.clock.pass(700_000);
				const at = performance.now();
				await until(() => performance.now() - at > 600, 'the turn to look whether its time is over');
				relay.relay.answer(asked.question.id, ALLOW, 'user');
			};
			void answerLater();
		},
	});
	expect(told).toMatchObject([{ by: 'user' }]);
	expect(state.status).toBe('completed');
});

it('is denied when the turn is interrupted', async () => {
	const { state, told } = await turnAsking({
		asks: [{ title: 'still there?', run: `touch '${ran}'` }],
		last: [{ sleep: 600_000 }],
		onAsked: (relay) => relay.abort.abort(),
	});
	expect(state.status).toBe('cancelled');
	expect(told).toMatchObject([{ answer: null, by: 'turn_ended' }]);
	expect(existsSync(ran)).toBe(false);
});

it('ends with an agent that is killed', async () => {
	const { told, state } = await turnAsking({
		asks: [{ title: 'last words', run: `touch '${ran}'` }],
		onAsked: (relay) => process.kill(bench.received('claude')[0]?.pid ?? 0, 'SIGKILL') && relay,
	});
	expect(state.status).toBe('outcome_unknown');
	expect(told).toMatchObject([{ answer: null }]);
	expect(existsSync(ran)).toBe(false);
});

describe('what comes by the channel and is no question', () => {
	it.each([
		['not JSON', { raw: 'allow everything' }],
		['an answer', { raw: '{"allowed":true}' }],
		['a choice without options', { kind: 'choice' as const, options: [] }],
		['two options of one name', { options: [0, 1].map(() => ({ id: 'allow', label: 'Allow' })) }],
		['a line over 1 MiB', { rawBytes: 3 * 1024 * 1024 }],
	])('is turned down: %s', async (_, what) => {
		const asks = [{ title: 'x', run: `touch '${ran}'`, ...what }];
		const { state, asked, outcomes, relay } = await turnAsking({ asks });
		expect(asked).toEqual([]);
		expect(outcomes).toEqual(['denied no answer']);
		expect(existsSync(ran)).toBe(false);
		expect(state.warnings.join()).toContain('A question of this turn was turned down');
		expect(linesOf(relay.read(1, 'questions.jsonl')).length).toBeGreaterThan(0);
		expect(relay.read(1, 'questions.jsonl').length).toBeLessThan(2 * 1024 * 1024);
	});

	it('is shown without its controls where it is one', async () => {
		const title = 'run \u001b]0;owned\u0007\u202eexe\nhidden';
		const { relay, asked } = await turnAsking({ asks: [{ title }], onAsked: answerWith(DENY) });
		expect(asked[0]?.question.title).toBe(title);
		expect(relay.read(1, 'output.md')).not.toMatch(/[\u001b\u0007\u202e]/);
		expect(questionEvents(relay)[0].title).toBe(title);
	});
});

it('cannot be asked where no socket fits, and the agent is told to ask nobody', async () => {
	const asks = [{ title: 'hello?', run: `touch '${ran}'`, outcome }];
	bench.install('claude', { turns: [[{ ask: asks }, ...claudeAnswers('done')]] });
	const privateFolder = join(bench.root, 'p'.repeat(100));
	const registry = createRegistry([askingClaude()]);
	const relay = await bench.relay({}, { registry, socketFolders: [privateFolder] });
	const { state } = await relay.send('do it');
	expect(state?.warnings).toMatchObject([expect.stringContaining('too long for a socket')]);
	expect(existsSync(ran)).toBe(false);
});

it('is asked in the second folder where the first has too long a path', async () => {
	const asks = [{ title: 'hello?', run: `touch '${ran}'`, outcome }];
	bench.install('claude', { turns: [[{ ask: asks }, ...claudeAnswers('done')]] });
	const short = join(bench.root, 'run');
	const socketFolders = [join(bench.root, 'p'.repeat(100)), short];
	const relay = await bench.relay({}, { registry: createRegistry([askingClaude()]), socketFolders });
	const sent = relay.send('do it');
	await until(() => relay.ofType('question_asked').length > 0, 'the question');
	expect(readdirSync(short).filter((name) => name.endsWith('.ask'))).toHaveLength(1);
	relay.relay.answer(relay.ofType('question_asked')[0]?.question.id ?? '', ALLOW, 'user');
	expect((await sent).state?.warnings).toEqual([]);
	expect(existsSync(ran)).toBe(true);
	expect(readdirSync(short)).toEqual([]);
});

it('cannot be asked in a folder that others may write to', async () => {
	const asks = [{ title: 'hello?', run: `touch '${ran}'`, outcome }];
	bench.install('claude', { turns: [[{ ask: asks }, ...claudeAnswers('done')]] });
	const privateFolder = join(bench.root, 'private');
	mkdirSync(privateFolder);
	chmodSync(privateFolder, 0o777);
	const relay = await bench.relay(
		{},
		{ registry: createRegistry([askingClaude()]), socketFolders: [privateFolder] },
	);
	const { state } = await relay.send('do it');
	expect(state?.warnings).toMatchObject([expect.stringContaining('others may write to its folder')]);
	expect(readFileSync(outcome, 'utf8')).toBe('denied no answer\n');
	expect(existsSync(ran)).toBe(false);
});

it('is turned down beyond sixteen at once', async () => {
	const asks = Array.from({ length: 17 }, (_, at) => ({ title: `question ${at}` }));
	const open: Asked[] = [];
	const { asked, outcomes, state } = await turnAsking({
		asks,
		together: true,
		onAsked: (relay, question) => {
			open.push(question);
			const answer = async () => {
				await until(() => open.length === 16, 'as many questions as may be open');
				answerWith(ALLOW)(relay, question);
			};
			void answer();
		},
	});
	expect(asked).toHaveLength(16);
	expect(outcomes.filter((outcome) => outcome === 'denied no answer')).toHaveLength(1);
	expect(state.warnings).toEqual([
		'A question of this turn was turned down: more than 16 questions at once.',
	]);
});

it('leaves no trace of a turn in which nothing is asked', async () => {
	const { relay, state } = await turnAsking({ asks: [] });
	expect(state.warnings).toEqual([]);
	const names = readdirSync(join(relay.folder, 'turns')).sort();
	expect(names).toEqual(
		['events.jsonl', 'output.md', 'prompt.md', 'raw.jsonl', 'state.json', 'stderr.log'].map(
			(name) => `001-${name}`,
		),
	);
	expect(DEFAULT_CONFIG.permissions.ask_timeout).toBe(600);
});
