import { describe, expect, it } from 'vitest';
import { AskedTerminal } from '../../../../../src/turns/questions/terminal/asked-terminal.ts';
import type { AskedOnTerminal } from '../../../../../src/turns/turn-spec.ts';

function scene({ canAnswer = false, answerMs = 30_000 } = {}) {
	let now = 0;
	const typed: string[] = [];
	const warnings: string[] = [];
	const asked: AskedOnTerminal[] = [];
	const ends = { settled: 0, gaveUp: 0 };
	const terminal = new AskedTerminal({
		startedAt: 0,
		isTextAgent: false,
		answerMs,
		control: {
			canAnswer,
			onTerminalAsked: (question) => asked.push(question),
			onTerminalSettled: () => ends.settled++,
		},
		now: () => now,
		warn: (text) => warnings.push(text),
		giveUp: () => ends.gaveUp++,
	});
	terminal.attach({
		write: async (bytes) => {
			typed.push(bytes.toString());
		},
		isTerminalRead: () => false,
	});
	const wait = (ms: number) => {
		now += ms;
		terminal.tick();
	};
	const says = (text: string) => terminal.output(Buffer.from(text)).toString();
	return { terminal, typed, warnings, asked, ends, wait, says };
}

describe('what asks on the terminal', () => {
	it('takes one answer, which is kept out of the record even where the program shows it', () => {
		const { asked, typed, warnings, ends, wait, says } = scene({ canAnswer: true });
		expect(says('Password: ')).toBe('Password: ');
		wait(1_000);
		asked[0]?.answer('hunter2');
		asked[0]?.answer('again');
		expect(typed).toEqual(['hunter2\r']);
		expect(says('hun') + says('ter2\r\n{"type":"x"}\n')).toBe('*******\r\n{"type":"x"}\n');
		expect(warnings).toEqual(['Asked on the terminal: Password: (was answered)']);
		expect(JSON.stringify(warnings)).not.toContain('hunter2');
		expect(ends).toEqual({ settled: 1, gaveUp: 0 });
	});

	it('leaves the record alone where the program does not show the answer', () => {
		const { asked, wait, says } = scene({ canAnswer: true });
		says('Branch: ');
		wait(1_000);
		asked[0]?.answer('main');
		expect(says('{"branch":"main"}\nmain\n')).toBe('{"branch":"main"}\nmain\n');
	});

	it('does not count as silence of the agent, which starts at the answer', () => {
		const { asked, terminal, wait, says } = scene({ canAnswer: true });
		says('Password: ');
		wait(1_000);
		expect(terminal.silentSince(0)).toBe(1_000);
		wait(600_000);
		expect(terminal.silentSince(0)).toBe(601_000);
		asked[0]?.answer('hunter2');
		wait(5_000);
		expect(terminal.silentSince(0)).toBe(601_000);
		expect(terminal.silentSince(604_000)).toBe(604_000);
	});

	it('waits for as long as somebody is there', () => {
		const { asked, typed, wait, says } = scene({ canAnswer: true });
		says('Password: ');
		wait(1_000);
		wait(3_600_000);
		expect(asked).toMatchObject([{ text: 'Password:', refusedInMs: null }]);
		expect(typed).toEqual([]);
	});

	it('is refused after a time if nobody is there, and the turn ends if no refusal is accepted', () => {
		const { asked, typed, warnings, ends, wait, says } = scene();
		for (let round = 0; round < 4; round++) {
			says('\nPassword: ');
			wait(1_000);
			wait(29_999);
			expect(typed).toHaveLength(round);
			wait(1);
		}
		expect(asked).toHaveLength(3);
		expect(asked[0]).toMatchObject({ refusedInMs: 30_000 });
		expect(typed).toEqual(['\x04', '\x04', '\x04']);
		expect(ends.gaveUp).toBeGreaterThan(0);
		expect(warnings.at(-1)).toBe('Stopped, because it kept asking on the terminal after 3 refusals');
	});

	it('is never refused by itself where the configuration says so', () => {
		const { asked, typed, wait, says } = scene({ answerMs: 0 });
		says('Password: ');
		wait(1_000);
		wait(3_600_000);
		expect(asked).toHaveLength(1);
		expect(typed).toEqual([]);
	});

	it('may go away by itself, or be left open by the end of the turn', () => {
		const { terminal, asked, typed, warnings, wait, says } = scene({ canAnswer: true });
		says('Password: ');
		wait(1_000);
		says('timed out\n');
		asked[0]?.answer('late');
		says('Sure? ');
		wait(1_000);
		terminal.close();
		expect(typed).toEqual([]);
		expect(warnings).toEqual([
			'Asked on the terminal: Password: (went away)',
			'Asked on the terminal: Sure? (was left open)',
		]);
	});

	it('is reported at most 20 times a turn', () => {
		const { asked, wait, says } = scene({ canAnswer: true });
		for (let i = 0; i < 100; i++) {
			says(`\n${i}? `);
			wait(1_000);
		}
		expect(asked).toHaveLength(20);
	});
});
