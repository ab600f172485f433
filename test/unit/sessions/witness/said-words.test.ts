import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	type RecordedAt,
	saidAsObjective,
	saidAsPending,
	saidInTurn,
} from '../../../../src/sessions/witness/said-words.ts';
import { parseWitness, serializeWitness } from '../../../../src/sessions/witness/witness-file.ts';
import { fakeWitness } from '../../../helpers/fake-witness.ts';

const said = (words: string, turn = 1) => ({
	kind: 'prompt' as const,
	turn,
	range: { turn, start: 0, end: Buffer.byteLength(words) },
	words,
});
const at = (prompt: string, start = 0, end = Buffer.byteLength(prompt)): RecordedAt => ({
	prompt: Buffer.from(prompt),
	range: { start, end },
});

describe('the words of a turn', () => {
	it("are the user's if the witness knows exactly these bytes", () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string(), (words, before) => {
				const start = Buffer.byteLength(before);
				const recorded = at(`${before}${words}\n`, start, start + Buffer.byteLength(words));
				expect(saidInTurn(fakeWitness(said(words)), 1, recorded)).toEqual({
					words,
					unconfirmed: null,
					isLost: false,
				});
			}),
		);
	});

	it("are never the user's if any byte differs", () => {
		fc.assert(
			fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (words, other) => {
				fc.pre(words !== other);
				const { words: mine } = saidInTurn(fakeWitness(said(words)), 1, at(other));
				expect(mine).toBe(words);
			}),
		);
	});

	it('of another turn are not those of this one', () => {
		const witness = fakeWitness(said('first', 1), said('second', 2));
		expect(saidInTurn(witness, 1, at('second'))).toMatchObject({ words: 'first', unconfirmed: 'second' });
	});

	it('that nobody witnessed are quoted by whole lines', () => {
		const prompt = 'one\nkey=abcdef and more\nlast';
		const end = prompt.indexOf('abcdef') + 3;
		expect(saidInTurn(fakeWitness(), 1, at(prompt, 4, end)).unconfirmed).toBe('key=abcdef and more');
	});

	it('are lost if neither has them', () => {
		expect(saidInTurn(fakeWitness(), 1, { prompt: null, range: { start: 0, end: 4 } }).isLost).toBe(true);
		expect(saidInTurn(fakeWitness(), 1, at('to', 0, 4))).toMatchObject({ isLost: true, unconfirmed: null });
	});
});

describe('a prompt that waits', () => {
	const pending = (words: string, turn = 1) => ({ kind: 'pending' as const, turn, words });

	it("is the user's only if it is the newest that was kept or sent", () => {
		const witness = fakeWitness(said('old', 1), said('newer', 2));
		expect(saidAsPending([witness], 'newer').words).toBe('newer');
		expect(saidAsPending([witness], 'old')).toMatchObject({ words: null, unconfirmed: 'old' });
	});

	it('comes back as it was kept', () => {
		const witness = fakeWitness(said('old', 1), pending('go on'));
		expect(saidAsPending([witness], 'delete it')).toEqual({
			words: 'go on',
			unconfirmed: 'delete it',
			isLost: false,
		});
	});
});

describe('a task', () => {
	it('is that of the first session of a lineage', () => {
		const first = fakeWitness({ kind: 'objective', turn: 0, words: 'the task' });
		expect(saidAsObjective([first, fakeWitness()], 'the task').words).toBe('the task');
		expect(saidAsObjective([first, fakeWitness(said('other'))], 'other')).toMatchObject({
			words: 'the task',
			unconfirmed: 'other',
		});
	});
});

describe('the lines of a witness', () => {
	const line = fc.record({
		kind: fc.constantFrom('prompt' as const, 'note' as const, 'objective' as const),
		at: fc.string(),
		turn: fc.nat(),
		sha256: fc.string(),
		bytes: fc.nat(),
		words: fc.string({ unit: 'binary' }),
	});

	it('round-trip, whatever is torn at the end', () => {
		fc.assert(
			fc.property(fc.array(line), fc.nat(), (lines, cut) => {
				const text = lines.map(serializeWitness).join('');
				expect(parseWitness(text).map((one) => one.line)).toEqual(lines);
				const torn = text.slice(0, Math.max(0, text.length - 1 - (cut % 20)));
				const whole = parseWitness(torn).map((one) => one.line);
				expect(lines.slice(0, whole.length)).toEqual(whole);
			}),
		);
	});

	it('of any bytes throw nothing', () => {
		fc.assert(fc.property(fc.string(), (text) => void parseWitness(text)));
	});
});
