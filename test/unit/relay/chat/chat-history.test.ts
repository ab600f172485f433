import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	type ChatHistory,
	type ChatNote,
	type ChatTurn,
	isAgreed,
	missedBy,
	nextSpeaker,
	readNotes,
} from '../../../../src/relay/chat/chat-history.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';
import { fakeWitness } from '../../../helpers/fake-witness.ts';

const turnOf = (who: string, turn: number, over: Partial<ChatTurn> = {}): ChatTurn => ({
	who,
	agent: who,
	sessionId: 'S',
	turn,
	status: 'completed',
	isInChat: true,
	text: `message ${turn}`,
	verdict: 'continue',
	userWords: null,
	hasHeard: true,
	notesHeard: 0,
	files: [],
	...over,
});

const textsOf = (missed: ReturnType<typeof missedBy>) =>
	missed.map((said) => (said.kind === 'agent' ? said.by.text : said.text));

/** One step of a simulated chat. */
type Step =
	| { kind: 'say' }
	| { kind: 'leave'; who: number }
	| { kind: 'turn'; end: 'said' | 'cut_unheard' | 'cut_heard'; lateSay: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 2, arbitrary: fc.constant({ kind: 'say' as const }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who: fc.nat(4) }) },
	{
		weight: 7,
		arbitrary: fc.record({
			kind: fc.constant('turn' as const),
			end: fc.constantFrom('said', 'said', 'said', 'cut_unheard', 'cut_heard'),
			lateSay: fc.boolean(),
		}),
	},
);

describe('what a participant has missed', () => {
	it('is every word of the others and of the user exactly once, whoever speaks, leaves or is cut off', () => {
		fc.assert(
			fc.property(fc.integer({ min: 2, max: 5 }), fc.array(step, { maxLength: 40 }), (count, steps) => {
				const everyone = Array.from({ length: count }, (_, i) => `p${i}`);
				let inRound = [...everyone];
				const turns: ChatTurn[] = [];
				const notes: ChatNote[] = [];
				const heard = new Map(everyone.map((who) => [who, [] as string[]]));
				const history = (): ChatHistory => ({ turns, notes });
				const say = () => notes.push({ text: `note ${notes.length}`, after: turns.length });
				for (const one of [
					...steps,
					...everyone.map(() => ({ kind: 'turn', end: 'said', lateSay: false }) as const),
				]) {
					if (one.kind === 'say') say();
					if (one.kind === 'leave' && inRound.length > 1)
						inRound = inRound.filter((who) => who !== everyone[one.who]);
					if (one.kind !== 'turn') continue;
					const who = nextSpeaker(history(), everyone, inRound);
					if (who === null) throw new Error('nobody speaks');
					const missed = missedBy(history(), who, false);
					const notesHeard = notes.length;
					// Said while the prompt is already made: it belongs to the next one.
					if (one.lateSay) say();
					if (one.end !== 'cut_unheard')
						heard.get(who)?.push(...textsOf(missed).flatMap((text) => (text === null ? [] : [text])));
					const number = turns.length + 1;
					turns.push(
						turnOf(who, number, {
							text: one.end === 'said' ? `message ${number}` : null,
							hasHeard: one.end !== 'cut_unheard',
							notesHeard,
						}),
					);
				}
				for (const who of everyone) {
					const got = [...(heard.get(who) ?? []), ...textsOf(missedBy(history(), who, false))];
					const all = [
						...notes.map(({ text }) => text),
						...turns.filter((turn) => turn.who !== who).flatMap(({ text }) => (text === null ? [] : [text])),
					];
					expect(got.toSorted()).toEqual(all.toSorted());
				}
			}),
			{ numRuns: 400 },
		);
	});

	it('comes in the order it was said', () => {
		const history = {
			turns: [turnOf('a', 1), turnOf('b', 2), turnOf('a', 3)],
			notes: [
				{ text: 'before', after: 0 },
				{ text: 'during 2', after: 2 },
				{ text: 'last', after: 3 },
			],
		};
		expect(textsOf(missedBy(history, 'c', false))).toEqual([
			'before',
			'message 1',
			'message 2',
			'during 2',
			'message 3',
			'last',
		]);
		expect(textsOf(missedBy(history, 'b', false))).toEqual(['before', 'during 2', 'message 3', 'last']);
	});

	it('is the whole chat, own words included, if its conversation is gone', () => {
		const turns = [turnOf('a', 1), turnOf('b', 2), turnOf('a', 3)];
		const missed = missedBy({ turns, notes: [] }, 'a', true);
		expect(missed.map((said) => said.kind === 'agent' && [said.by.turn, said.isOwn])).toEqual([
			[1, true],
			[2, false],
			[3, true],
		]);
	});

	it('names the files of a turn that was cut off, and nothing of one that did nothing', () => {
		const files = [{ path: 'a.ts', change: 'added' as const, added: 1, removed: 0, source: 'git' as const }];
		const turns = [turnOf('a', 1, { text: null, files }), turnOf('a', 2, { text: null })];
		expect(missedBy({ turns, notes: [] }, 'b', false)).toMatchObject([{ by: { turn: 1, text: null } }]);
	});

	it('holds what the user said to another alone, in the shell, and that answer', () => {
		const turns = [
			turnOf('a', 1),
			turnOf('b', 2),
			turnOf('a', 3, { isInChat: false, userWords: 'to a alone' }),
		];
		expect(textsOf(missedBy({ turns, notes: [] }, 'b', false))).toEqual(['to a alone', 'message 3']);
		expect(textsOf(missedBy({ turns, notes: [] }, 'a', false))).toEqual(['message 2']);
	});
});

describe('agreement', () => {
	const done = (who: string, turn: number, over: Partial<ChatTurn> = {}) =>
		turnOf(who, turn, { verdict: 'done', ...over });

	it('is reached when the newest message of everyone in the round says so', () => {
		const turns = [turnOf('a', 1), done('b', 2), done('a', 3)];
		expect(isAgreed({ turns, notes: [] }, ['a', 'b'])).toBe(true);
		expect(isAgreed({ turns, notes: [] }, ['a', 'b', 'c'])).toBe(false);
		expect(isAgreed({ turns: [...turns, turnOf('b', 4)], notes: [] }, ['a', 'b'])).toBe(false);
		expect(isAgreed({ turns: turns.slice(0, 2), notes: [] }, ['a', 'b'])).toBe(false);
	});

	it('does not hold against words of the user that one of them has not heard', () => {
		const turns = [done('a', 1, { notesHeard: 1 }), done('b', 2, { notesHeard: 0 })];
		const notes = [{ text: 'wait', after: 1 }];
		expect(isAgreed({ turns, notes }, ['a', 'b'])).toBe(false);
		expect(isAgreed({ turns: [...turns, done('b', 3, { notesHeard: 1 })], notes }, ['a', 'b'])).toBe(true);
	});

	it('is not taken back by a turn that was cut off', () => {
		const turns = [done('a', 1), done('b', 2), turnOf('a', 3, { text: null, verdict: null })];
		expect(isAgreed({ turns, notes: [] }, ['a', 'b'])).toBe(true);
	});
});

describe('who speaks next', () => {
	const everyone = ['a', 'b', 'c'];

	it.each([
		[[], everyone, 'a'],
		[[turnOf('a', 1)], everyone, 'b'],
		[[turnOf('c', 1)], everyone, 'a'],
		[[turnOf('a', 1)], ['a', 'c'], 'c'],
		[[turnOf('b', 1)], ['a', 'c'], 'c'],
		[[], ['b', 'c'], 'b'],
		[[turnOf('a', 1, { text: null })], everyone, 'a'],
		[[turnOf('a', 1, { text: null })], ['b', 'c'], 'b'],
		[[turnOf('a', 1), turnOf('a', 2, { isInChat: false })], everyone, 'b'],
		[[turnOf('a', 1)], [], null],
	])('after %j of %j', (turns, inRound, next) => {
		expect(nextSpeaker({ turns, notes: [] }, everyone, inRound)).toBe(next);
	});
});

describe('the words of the user over a chain of sessions', () => {
	it('are kept where they were said, though a child holds copies', () => {
		const note = (text: string, after_turn: number) => ({ at: '', kind: 'note' as const, text, after_turn });
		const said = (words: string, turn: number) => ({ kind: 'note' as const, turn, words });
		const parent = {
			meta: fakeSessionMeta({ notes: [note('one', 0), note('two', 2)] }),
			turns: [fakeTurnState({ turn: 1 }), fakeTurnState({ turn: 2 })],
			witness: fakeWitness(said('one', 0), said('two', 2)),
		};
		const child = {
			meta: fakeSessionMeta({ notes: [note('one', 0), note('two', 0), note('three', 1)] }),
			turns: [fakeTurnState({ turn: 1 })],
			witness: fakeWitness(),
		};
		expect(readNotes([parent, child])).toEqual([
			{ text: 'one', after: 0, isConfirmed: true },
			{ text: 'two', after: 2, isConfirmed: true },
			{ text: 'three', after: 3, isConfirmed: false },
		]);
	});
});
