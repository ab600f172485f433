import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TerminalQuestions } from '../../../../../src/turns/questions/terminal/terminal-question.ts';

const never = () => false;
const EVENT = '{"type":"assistant","text":"Really? "}';

function watch(isTextAgent = false) {
	return new TerminalQuestions(0, { isTextAgent });
}

function heard(...chunks: string[]) {
	const questions = watch();
	for (const chunk of chunks) questions.output(Buffer.from(chunk), 0);
	return questions;
}

describe('a question on the terminal', () => {
	it('is an unfinished line that does not change for a second, and is reported once', () => {
		const questions = heard(`${EVENT}\n[sudo] password for dev: `);
		expect(questions.tick(900, never)).toBeNull();
		expect(questions.tick(1_000, never)).toBe('[sudo] password for dev:');
		expect(questions.tick(60_000, never)).toBeNull();
	});

	it('is reported again when it is asked again', () => {
		const questions = heard('Password: ');
		expect(questions.tick(1_000, never)).toBe('Password:');
		questions.answered(2_000);
		questions.output(Buffer.from('\nSorry, try again.\nPassword: '), 4_000);
		expect(questions.tick(5_000, never)).toBe('Password:');
	});

	it('is none while an event is written, however long that takes and wherever it is cut', () => {
		fc.assert(
			fc.property(fc.nat(EVENT.length - 1), fc.nat(EVENT.length - 1), (a, b) => {
				const [from, to] = a < b ? [a, b] : [b, a];
				const questions = heard('\x1b[?25h', EVENT.slice(0, from + 1), EVENT.slice(from + 1, to + 1));
				expect(questions.tick(60_000, never)).toBeNull();
			}),
		);
	});

	it('is none after whole lines, blanks or control sequences', () => {
		for (const text of [`${EVENT}\n`, 'done\n', ' \r\t', '\x1b[?25h\x1b[0m'])
			expect(heard(text).tick(60_000, never), JSON.stringify(text)).toBeNull();
	});

	it('is the last text in its line, made safe and cut', () => {
		expect(heard('10 %\r20 %\rOverwrite? ').tick(1_000, never)).toBe('Overwrite?');
		expect(heard('\x1b]52;c;AAAA\x07\x1b[31mPass\u202eword: ').tick(1_000, never)).toBe('Pass<U+202E>word:');
		expect(heard('x'.repeat(1_000_000)).tick(1_000, never)?.length).toBeLessThanOrEqual(200);
	});

	it('is the same text however its bytes arrive', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(60), { maxLength: 8 }), (cuts) => {
				const text = `${EVENT}\nBe sure:\nWirklich löschen (ja/nein)? `;
				const bytes = Buffer.from(text);
				const borders = [0, ...cuts.sort((a, b) => a - b), bytes.length];
				const questions = watch();
				borders.forEach((at, i) => {
					questions.output(bytes.subarray(at, borders[i + 1] ?? bytes.length), 0);
				});
				expect(questions.tick(1_000, never)).toBe('Wirklich löschen (ja/nein)?');
			}),
		);
	});

	it('is a silent read of the terminal too, with the line before it, if that was no event', () => {
		const questions = heard('Continue? [y/N]\n');
		expect(questions.tick(1_900, () => true)).toBeNull();
		expect(questions.tick(2_000, () => true)).toBe('Continue? [y/N]');
		expect(heard(`${EVENT}\n`).tick(2_000, () => true)).toBe('');
	});

	it('is looked for in processes only now and then', () => {
		const questions = heard(`${EVENT}\n`);
		let looks = 0;
		for (let now = 0; now <= 10_000; now += 250) questions.tick(now, () => ++looks < 0);
		expect(looks).toBe(5);
	});

	it('of an agent that prints plain text is only a read: its own words may stand unfinished', () => {
		const questions = watch(true);
		questions.output(Buffer.from('Shall I '), 0);
		expect(questions.tick(60_000, never)).toBeNull();
		expect(questions.tick(62_000, () => true)).toBe('Shall I');
	});
});
