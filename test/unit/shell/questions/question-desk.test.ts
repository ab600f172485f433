import { describe, expect, it } from 'vitest';
import type { AllowRule } from '../../../../src/agents/asking/allow-rules.ts';
import type { Answer, Wanted } from '../../../../src/agents/asking/question.ts';
import type { Key } from '../../../../src/shell/editor/keys.ts';
import { QuestionDesk } from '../../../../src/shell/questions/question-desk.ts';
import { PLAIN_THEME } from '../../../../src/ui/plain-theme.ts';

const text = (typed: string): Key => ({ kind: 'text', text: typed });
const press = (name: 'escape' | 'enter'): Key => ({
	...{ kind: 'press', name, character: '' },
	...{ ctrl: false, alt: false, shift: false },
});
const CTRL_Y: Key = {
	...{ kind: 'press', name: 'character', character: 'y' },
	ctrl: true,
	alt: false,
	shift: false,
};
const RUN: Wanted = { action: 'run', what: 'npm test 2>&1 | tail -3', folder: '/repo', reason: null };

function openDesk({ isGone = false } = {}) {
	let now = 0;
	const sent: Array<[string, Answer]> = [];
	const shown: string[] = [];
	const printed: string[] = [];
	const session: AllowRule[] = [];
	const always: AllowRule[] = [];
	const lines: Array<string | null> = [];
	const stops: number[] = [];
	const givenBy: string[] = [];
	const desk = new QuestionDesk({
		clock: { monotonic: () => now },
		theme: PLAIN_THEME,
		show: ({ question }) => shown.push(question.id),
		print: (rows) => printed.push(...rows),
		elsewhere: { code: 'K7Q2PX', offer: () => undefined, withdraw: () => undefined, close: () => undefined },
		answer: (id, answer, by) => {
			if (isGone) return false;
			sent.push([id, answer]);
			givenBy.push(by);
			desk.settled(id);
			return true;
		},
		allowInSession: (rules) => session.push(...rules),
		allowAlways: (rules) => {
			always.push(...rules);
			return 'config.toml';
		},
		borrowLine: (line) => lines.push(line),
		restoreLine: () => lines.push(null),
		stopTurn: () => stops.push(now),
		showError: (error) => printed.push(String(error)),
	});
	const ask = (id: string, wants: Wanted | undefined = RUN, isAllowed = false) =>
		desk.asked({
			type: 'question_asked',
			turn: 1,
			agent: 'claude',
			question: {
				id,
				kind: 'permission',
				title: 'run a command',
				detail: '',
				options: [{ id: 'allow', label: 'Allow' }],
				...(wants === undefined ? {} : { wants }),
			},
			deniedInMs: 60_000,
			isAllowed,
		});
	const wait = (ms: number) => {
		now += ms;
	};
	return { desk, ask, wait, sent, shown, printed, session, always, lines, stops, givenBy };
}

describe('a question at the shell', () => {
	it.each([
		['y', { option: 'allow', text: null }],
		['Y', { option: 'allow', text: null }],
		['n', { option: 'deny', text: null }],
	])('%s answers it', (key, answer) => {
		const { desk, ask, wait, sent } = openDesk();
		ask('q');
		wait(1000);
		expect(desk.press(text(key), true)).toBe(true);
		expect(sent).toEqual([['q', answer]]);
		expect(desk.current).toBeNull();
	});

	it.each<[string, Key, boolean]>([
		['a paste', { kind: 'paste', text: 'y' }, true],
		['several characters at once', text('yes'), true],
		['a key with text in the line', text('y'), false],
		['another letter', text('x'), true],
		['Enter', press('enter'), true],
	])('%s answers nothing', (_, key, isEmpty) => {
		const { desk, ask, wait, sent } = openDesk();
		ask('q');
		wait(1000);
		expect(desk.press(key, isEmpty)).toBe(false);
		expect(sent).toEqual([]);
	});

	it('takes no key in its first moment, nor does the next in line', () => {
		const { desk, ask, wait, sent } = openDesk();
		ask('one');
		ask('two');
		expect(desk.press(text('y'), true)).toBe(false);
		wait(1000);
		expect(desk.press(text('y'), true)).toBe(true);
		expect(desk.press(text('y'), true)).toBe(false);
		wait(1000);
		expect(desk.press(text('n'), true)).toBe(true);
		expect(sent.map(([id]) => id)).toEqual(['one', 'two']);
	});

	it('is shown when its time has come, and one that went away before that never is', async () => {
		const { desk, ask, shown } = openDesk();
		ask('one');
		ask('two');
		ask('three');
		expect(shown).toEqual(['one']);
		expect(desk.settled('two')).toBe(false);
		expect(desk.settled('one')).toBe(true);
		await Promise.resolve();
		expect(shown).toEqual(['one', 'three']);
		expect(
			desk
				.waitsFor(80, true)
				?.facts?.map(({ text }) => text)
				.join(),
		).not.toContain('more');
	});

	it('keeps the narrowest rule for the session, before the answer', () => {
		const { desk, ask, wait, session, sent } = openDesk();
		ask('q');
		wait(1000);
		desk.press(text('s'), true);
		expect(session).toEqual([{ action: 'run', what: 'npm test' }]);
		expect(sent).toEqual([['q', { option: 'allow', text: null }]]);
	});

	it('offers its rule to be edited; one that does not cover it changes nothing', () => {
		const { desk, ask, wait, always, sent, lines, printed } = openDesk();
		ask('q');
		wait(1000);
		desk.press(text('a'), true);
		expect([lines, desk.label]).toEqual([['npm test'], 'always']);
		desk.reply('npm run build');
		desk.reply(' ; ');
		expect([always, sent, printed.length]).toEqual([[], [], 2]);
		desk.reply('npm test; git status');
		expect(always).toEqual([
			{ action: 'run', what: 'npm test' },
			{ action: 'run', what: 'git status' },
		]);
		expect(sent).toEqual([['q', { option: 'allow', text: null }]]);
		expect(lines.at(-1)).toBeNull();
	});

	it('to leave a sandbox is always allowed by a rule of its own kind, and said so', () => {
		const { desk, ask, wait, always, lines, printed } = openDesk();
		ask('q', { ...RUN, action: 'leave', what: 'npm install left-pad' });
		wait(1000);
		expect(desk.keys(80, true)).toContain(
			'  a always in this repo, outside the sandbox: npm install left-pad',
		);
		desk.press(text('a'), true);
		desk.reply('npm install');
		expect(lines[0]).toBe('npm install left-pad');
		expect(always).toEqual([{ action: 'leave', what: 'npm install' }]);
		expect(printed).toEqual([
			'  npm install: always allowed outside the sandbox in this repo, by config.toml',
		]);
	});

	it('about an edit is always allowed by the paths of its files, and by no other', () => {
		const { desk, ask, wait, always, sent, lines, printed } = openDesk();
		ask('q', { ...RUN, action: 'edit', what: '../notes.md\n/etc/hosts' });
		wait(1000);
		expect(desk.keys(80, true)).toContain('  a always for this repo: /notes.md; /etc/hosts');
		desk.press(text('a'), true);
		desk.reply('/etc/hosts');
		expect([always, sent]).toEqual([[], []]);
		desk.reply(lines[0] ?? '');
		expect(always).toEqual([
			{ action: 'edit', what: '/notes.md' },
			{ action: 'edit', what: '/etc/hosts' },
		]);
		expect(printed.at(-1)).toBe('  /notes.md; /etc/hosts: always allowed for this repo, by config.toml');
	});

	it('about an edit is always allowed from another terminal too', () => {
		const { desk, ask, always } = openDesk();
		ask('q', { ...RUN, action: 'edit', what: '/etc/hosts' });
		expect(desk.decide('q', 'always', null)).toBe('taken');
		expect(always).toEqual([{ action: 'edit', what: '/etc/hosts' }]);
	});

	it('about a tool cannot be allowed always from another terminal either', () => {
		const { desk, ask, sent } = openDesk();
		ask('q', { ...RUN, action: 'use', what: 'mcp__db__query {}' });
		expect(() => desk.decide('q', 'always', null)).toThrow('Only a command or an edit');
		expect([sent, desk.current?.id]).toEqual([[], 'q']);
	});

	it('is never always allowed for anything but a command or an edit', () => {
		const { desk, ask, wait, lines } = openDesk();
		ask('q', { ...RUN, action: 'fetch', what: 'https://a.example/x' });
		wait(1000);
		expect(desk.press(text('a'), true)).toBe(false);
		expect(desk.keys(80, true).join()).not.toContain('always');
		expect(lines).toEqual([]);
	});

	it('is denied with words; without any, plainly', () => {
		for (const [typed, words] of [
			[' not now ', 'not now'],
			['', null],
		] as const) {
			const { desk, ask, wait, sent } = openDesk();
			ask('q');
			wait(1000);
			desk.press(text('t'), true);
			desk.reply(typed);
			expect(sent).toEqual([['q', { option: 'deny', text: words }]]);
		}
	});

	it('Esc leaves a rule or words, and stops the turn otherwise', () => {
		const { desk, ask, wait, lines, stops } = openDesk();
		ask('q');
		wait(1000);
		desk.press(text('t'), true);
		expect(desk.press(press('escape'), true)).toBe(true);
		expect([desk.label, lines.at(-1), stops]).toEqual([null, null, []]);
		desk.press(press('escape'), true);
		expect(stops).toHaveLength(1);
	});

	it('Ctrl+Y puts the line aside; any key that is no answer gives it back', () => {
		const { desk, ask, wait, lines, sent } = openDesk();
		ask('q');
		wait(1000);
		expect(desk.press(CTRL_Y, true)).toBe(false);
		expect(desk.press(CTRL_Y, false)).toBe(true);
		expect(desk.press(text('x'), true)).toBe(true);
		expect(lines).toEqual(['', null]);
		desk.press(CTRL_Y, false);
		desk.press(text('y'), true);
		expect(sent).toHaveLength(1);
		expect(lines).toEqual(['', null, '', null]);
	});

	it('that goes away while its rule or words are typed gives the line back, and takes nothing more', () => {
		const { desk, ask, wait, lines, sent } = openDesk();
		ask('q');
		wait(1000);
		desk.press(text('t'), true);
		desk.settled('q');
		expect([lines.at(-1), desk.label]).toEqual([null, null]);
		desk.reply('too late');
		expect(sent).toEqual([]);
	});

	it('that has gone when it is answered is said to have gone', () => {
		const { desk, ask, wait, printed } = openDesk({ isGone: true });
		ask('q');
		wait(1000);
		desk.press(text('y'), true);
		expect(printed.join()).toContain('The question has gone');
		expect(desk.current).toBeNull();
	});

	it.each([
		['yes', null, { option: 'allow', text: null }],
		['session', null, { option: 'allow', text: null }],
		['always', null, { option: 'allow', text: null }],
		['no', 'not now', { option: 'deny', text: 'not now' }],
	] as const)('is answered from another terminal: %s', (decision, message, answer) => {
		const { desk, ask, sent, session, always, givenBy } = openDesk();
		ask('one');
		ask('two');
		expect(desk.decide('two', decision, message)).toBe('taken');
		expect([sent, givenBy]).toEqual([[['two', answer]], ['another terminal']]);
		expect(session).toEqual(decision === 'session' ? [{ action: 'run', what: 'npm test' }] : []);
		expect(always).toEqual(decision === 'always' ? [{ action: 'run', what: 'npm test' }] : []);
		expect(desk.decide('two', decision, message)).toBe('too_late');
		expect(desk.current?.id).toBe('one');
	});

	it('that was allowed before waits for nobody', () => {
		const { desk, ask, wait, shown, sent } = openDesk();
		ask('q', RUN, true);
		wait(1000);
		expect(desk.press(text('y'), true)).toBe(false);
		expect([shown, desk.current, desk.waitsFor(80, true), sent]).toEqual([['q'], null, null, []]);
	});

	it('without a known wish is answered by the number of an option', () => {
		const { desk, ask, wait, sent } = openDesk();
		desk.asked({
			...{ type: 'question_asked', turn: 1, agent: 'claude', deniedInMs: 1000 },
			question: {
				...{ id: 'q', kind: 'choice', title: 'which?', detail: '' },
				options: [
					{ id: 'a', label: 'A' },
					{ id: 'b', label: 'B' },
				],
			},
		});
		wait(1000);
		desk.press(text('3'), true);
		desk.press(text('2'), true);
		expect(sent).toEqual([['q', { option: 'b', text: null }]]);
		ask('unused');
	});
});
