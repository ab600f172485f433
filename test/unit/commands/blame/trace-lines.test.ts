import { describe, expect, it } from 'vitest';
import {
	lineBefore,
	type Origin,
	type Step,
	traceLines,
	type Worker,
	type WrittenElsewhere,
} from '../../../../src/commands/blame/trace-lines.ts';
import { hunksBetween } from '../../../helpers/line-hunks.ts';

const NOBODY: Worker = { kind: 'nobody' };
const turn = (number: number): Worker => ({ kind: 'turn', turn: number });

/** Who wrote each line of the last version, in short: `t1`, `t1~` by content, `you`, `?`. */
function trace(
	first: string,
	versions: Array<[Worker, string]>,
	elsewhere: WrittenElsewhere[] = [],
): string[] {
	let before = first.split('\n');
	const steps = versions.map(([worker, text], i): Step => {
		const after = text.split('\n');
		const hunks = hunksBetween(before, after);
		before = after;
		return { worker, hunks, seenAt: i + 1 };
	});
	return traceLines({ steps, lineCount: before.length, elsewhere }).slice(1).map(short);
}

function short(origin: Origin | undefined): string {
	if (origin?.kind === 'turn') return `t${origin.turn}${origin.evidence === 'content' ? '~' : ''}`;
	return origin?.kind === 'between' || origin?.kind === 'before' ? 'you' : '?';
}

describe('traceLines', () => {
	it('gives each line to the turn that wrote it, wherever it moved since', () => {
		const traced = trace('one\ntwo\nthree', [
			[turn(1), 'one\nfrom turn one\ntwo\nthree'],
			[turn(2), 'zero of turn two\none\nfrom turn one\nthree'],
			[NOBODY, 'zero of turn two\nmine again\none\nfrom turn one\nthree'],
		]);
		expect(traced).toEqual(['t2', 'you', 'you', 't1', 'you']);
	});

	it('takes a line that the user changed for the user’s', () => {
		expect(
			trace('', [
				[turn(1), 'const limit = 10;'],
				[NOBODY, 'const limit = 12;'],
			]),
		).toEqual(['you']);
	});

	it('knows lines again that a formatter joined, split and quoted anew', () => {
		const traced = trace('start()', [
			[turn(1), "start()\nconst all = pick('a', 'b', 'c')\nlast('x');"],
			[NOBODY, 'start();\nconst all = pick(\n  "a",\n  "b",\n  "c",\n);\nlast("x");'],
		]);
		expect(traced).toEqual(['you', 't1~', 't1~', 't1~', 't1~', 't1~', 't1~']);
	});

	it('does not say who wrote a line that a formatter made of two people’s', () => {
		expect(
			trace('call(first,', [
				[turn(1), 'call(first,\nsecond)'],
				[NOBODY, 'call(first, second)'],
			]),
		).toEqual(['?']);
	});

	it('knows lines again that were taken out and came back', () => {
		const block = 'export function parse(text) {\n  return text.trim();\n}';
		const traced = trace('head', [
			[turn(1), `head\n${block}`],
			[NOBODY, 'head'],
			[turn(2), 'head\ntail of turn two'],
			[NOBODY, `head\n${block}\ntail of turn two`],
		]);
		expect(traced).toEqual(['you', 't1~', 't1~', 't1~', 't2']);
	});

	it('gives no name to a short line that the user may have typed again', () => {
		const traced = trace('head', [
			[turn(1), 'head\nreturn null;'],
			[NOBODY, 'head'],
			[NOBODY, 'head\nreturn null;'],
		]);
		expect(traced).toEqual(['you', '?']);
	});

	it('gives no name to lines that came back among others', () => {
		const traced = trace('head', [
			[turn(1), 'head\nconst first = readAllTheLines(file);\nconst second = 2;'],
			[NOBODY, 'head'],
			[NOBODY, 'head\nconst first = readAllTheLines(file);\nconst mine = 3;'],
		]);
		expect(traced).toEqual(['you', '?', 'you']);
	});

	it('finds the turn of another worktree whose lines were merged, not one that came later', () => {
		const lines = ['function merged() {', '  return everything;', '}'];
		const merged: Array<[Worker, string]> = [[NOBODY, `head\n${lines.join('\n')}`]];
		expect(trace('head', merged, [{ turn: 7, at: 0, lines }])).toEqual(['you', 't7~', 't7~', 't7~']);
		expect(trace('head', merged, [{ turn: 7, at: 5, lines }])).toEqual(['you', 'you', 'you', 'you']);
		const two = [
			{ turn: 7, at: 0, lines },
			{ turn: 8, at: 0, lines },
		];
		expect(trace('head', merged, two)).toEqual(['you', '?', '?', '?']);
	});

	it('says nothing of what ran at once or has no snapshot', () => {
		const overlap: Worker = { kind: 'unknown', why: 'overlap' };
		expect(
			trace('a', [
				[overlap, 'a\nbeside'],
				[turn(1), 'a\nbeside\nlater'],
			]),
		).toEqual(['you', '?', 't1']);
		const steps: Step[] = [{ worker: NOBODY, hunks: null, seenAt: 1 }];
		expect(traceLines({ steps, lineCount: 1, elsewhere: [] })[1]).toEqual({
			kind: 'unknown',
			why: 'no_snapshot',
		});
	});

	it('never names the wrong turn, whatever turns, user and formatter do', () => {
		for (let seed = 1; seed <= 600; seed++) expect(wrongNames(seed), `seed ${seed}`).toEqual([]);
	});
});

describe('lineBefore', () => {
	it('follows a line back over what was put in and taken out above it', () => {
		const hunks = hunksBetween(['a', 'b', 'c', 'd'], ['new', 'a', 'c', 'd', 'end']);
		expect([1, 2, 3, 4, 5].map((line) => lineBefore(hunks, line))).toEqual([null, 1, 3, 4, null]);
	});
});

const keyOf = (line: string) => line.replace(/[\s,;()'"`]+/g, '');

interface Owned {
	text: string;
	/** -1: the user. */
	owner: number;
}

/** Edits a file at random, knowing who wrote what; lines that say something for which a turn is named that never wrote them. */
function wrongNames(seed: number): string[] {
	let state = seed * 2_654_435_761;
	const below = (n: number) => {
		state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
		return state % n;
	};
	// With lines that are everywhere no diff is certain; what is known again by its content must be right all the same.
	const hasCommonLines = seed % 2 === 0;
	const common = hasCommonLines ? ['}', ''] : [];
	const WORDS = ['alpha', 'beta', 'gamma', 'return value', 'const x = 1;', 'import all', ...common];
	/** No second line that says the same: which of two is new, no diff can say. */
	const fresh = (owner: number): Owned => {
		const word = WORDS[below(WORDS.length)] ?? '';
		const text = below(3) === 0 ? word : `${word} ${below(12)}`;
		const isTwice = text.length > 1 && now.has(keyOf(text));
		if (isTwice) return fresh(owner);
		now.add(keyOf(text));
		return { text, owner };
	};
	const now = new Set<string>();
	const written = new Map<string, Set<number>>();
	const note = ({ text, owner }: Owned) => {
		const key = keyOf(text);
		written.set(key, (written.get(key) ?? new Set()).add(owner));
	};
	let lines: Owned[] = Array.from({ length: 6 }, () => fresh(-1));
	for (const line of lines) note(line);
	const steps: Step[] = [];
	for (let step = 0; step < 8; step++) {
		const before = lines.map(({ text }) => text);
		now.clear();
		for (const text of before) now.add(keyOf(text));
		const isTurn = below(2) === 0;
		const owner = isTurn ? step : -1;
		for (let edits = 1 + below(4); edits > 0; edits--) {
			const at = below(lines.length + 1);
			const kind = below(4);
			const added = Array.from({ length: 1 + below(3) }, () => fresh(owner));
			for (const line of kind === 3 ? [] : added) note(line);
			if (kind === 0) lines.splice(at, 0, ...added);
			else if (kind === 1) lines.splice(at, 1 + below(3), ...added);
			else if (kind === 2) lines.splice(at, 1, ...added.slice(0, 1));
			else lines.splice(at, 1 + below(2));
		}
		if (!isTurn && below(3) === 0) lines = lines.map((line) => ({ ...line, text: `  ${line.text.trim()}` }));
		const hunks = hunksBetween(
			before,
			lines.map(({ text }) => text),
		);
		steps.push({ worker: isTurn ? { kind: 'turn', turn: step } : { kind: 'nobody' }, hunks, seenAt: step });
	}
	const origins = traceLines({ steps, lineCount: lines.length, elsewhere: [] });
	return lines.flatMap(({ text }, i) => {
		const origin = origins[i + 1];
		const writers = written.get(keyOf(text));
		if (origin?.kind !== 'turn' || (hasCommonLines && origin.evidence === 'exact')) return [];
		return writers?.has(origin.turn) ? [] : [`line ${i + 1} ${JSON.stringify(text)}: ${short(origin)}`];
	});
}
