import type { Cue, Cues } from './cues.ts';
import { wordsOf } from './sentence-features.ts';
import { readTalk, type Said } from './talk.ts';
import type { TurnStory } from './turn-story.ts';

/** One sentence, list item or code block of an agent, with what speaks for keeping it. */
export interface Statement {
	story: TurnStory;
	text: string;
	/** What stands right before it. */
	before: string;
	kind: 'question' | 'decision' | 'rejected' | 'gap' | 'next' | 'result' | 'said';
	score: number;
	/** In the last message of its turn. */
	isLastWords: boolean;
}

/** From here on a statement goes by priority with everything else. */
export const WORTH_KEEPING = 3.5;

/**
 * From here on it may fill room that nothing else needs: plain facts without any cue score 1 to 3, talk that comes again
 * and again less than -2 (measured on 20 sentences of seven languages inside 100 KB of talk).
 */
export const WORTH_A_SPARE_PLACE = 0.5;

/**
 * What agents said in `stories`, in order, scored without a model: cues of a choice, a gap or a question; names, numbers and
 * code; words of the task; rarity in this session; place in the turn. What is said over and over sinks. `taskText` is what
 * the work is about (prompts, paths, plan, commands, changed lines).
 */
export function scoreStatements(stories: readonly TurnStory[], taskText: string): Statement[] {
	const said = readTalk(stories);
	const shapes = new Map<string, { times: number; lastAt: number }>();
	said.forEach(({ features: { shape }, times }, lastAt) => {
		shapes.set(shape, { times: (shapes.get(shape)?.times ?? 0) + times, lastAt });
	});
	const wordScore = wordScores(said, wordsOf(taskText));
	const scores = said.map((entry, at) => {
		const repeats = (shapes.get(entry.features.shape)?.times ?? 1) - 1;
		const isOpenEnd = entry.isLastWords && entry.story.status !== 'completed';
		return (
			entry.features.specificity +
			placeScore(entry) +
			cueScore(entry.features.cues, isOpenEnd) +
			(wordScore[at] ?? 0) -
			Math.min(5, 2.5 * repeats)
		);
	});
	const lent = said.map((_, at) => lentScore(said, scores, at));
	return said.flatMap((entry, at): Statement[] => {
		// Of words said more than once only the newest stay.
		if (shapes.get(entry.features.shape)?.lastAt !== at) return [];
		const { story, text, before, isLastWords, features } = entry;
		const kind = kindOf(text, features.cues.all, isLastWords && story.status !== 'completed');
		return [{ story, text, before, kind, score: (scores[at] ?? 0) + (lent[at] ?? 0), isLastWords }];
	});
}

function placeScore({ kind, isLastWords, isShortAnswer, isLastParagraph, standsOut }: Said): number {
	const form = kind === 'heading' ? -1.5 : kind === 'code' ? -0.5 : 0;
	if (!isLastWords) return form;
	return form + (isShortAnswer ? WORTH_KEEPING : (standsOut ? 0.8 : 0) + (isLastParagraph ? 0.5 : 0));
}

/** How much the words of each sentence belong to the work, and how rare they are in the session. */
function wordScores(said: readonly Said[], task: ReadonlySet<string>): number[] {
	const counts = new Map<string, number>();
	let sentences = 0;
	for (const { features, times } of said) {
		sentences += times;
		for (const word of features.words) counts.set(word, (counts.get(word) ?? 0) + times);
	}
	const all = Math.log(sentences + 2);
	const rareUpTo = 1 + sentences / 60;
	const ties: number[] = [];
	const rare: number[] = [];
	for (const { features } of said) {
		// A word of the task counts less the more of the talk has it.
		let tie = 0;
		let rareWords = 0;
		for (const word of features.words) {
			const count = counts.get(word) ?? 1;
			if (task.has(word)) tie += Math.max(0, 1 - Math.log(count) / all);
			if (count <= rareUpTo) rareWords++;
		}
		// Few words prove little.
		const length = Math.max(features.words.length, 5);
		ties.push(TIE_SHARE * (tie / length) + TIE_COUNT * Math.min(2, tie));
		rare.push(RARITY * (rareWords / length));
	}
	const around = bestByParagraph(said, ties);
	return said.map(
		({ paragraph }, at) => (ties[at] ?? 0) + (rare[at] ?? 0) + OF_PARAGRAPH * (around.get(paragraph) ?? 0),
	);
}

const TIE_SHARE = 3;
const TIE_COUNT = 0.7;
const RARITY = 2;
/** Sentences around one that belongs to the work belong to it too. */
const OF_PARAGRAPH = 0.3;

function bestByParagraph(said: readonly Said[], scores: readonly number[]): Map<number, number> {
	const best = new Map<number, number>();
	said.forEach(({ paragraph }, at) => {
		best.set(paragraph, Math.max(best.get(paragraph) ?? 0, scores[at] ?? 0));
	});
	return best;
}

const WEIGHT: Record<Cue, number> = {
	decision: 1.5,
	rejection: 1.5,
	reason: 1,
	gap: 2,
	next: 0.7,
	question: 1.5,
	result: 1,
	fix: 1.2,
	rule: 0.7,
};

function cueScore({ all, strong }: Cues, isOpenEnd: boolean): number {
	let score = 0;
	for (const cue of all) score += WEIGHT[cue];
	if (all.has('reason') && (all.has('decision') || all.has('rejection'))) score += 1.5;
	if (all.has('next') && isOpenEnd) score += 3;
	return Math.min(score, 4) + (strong.size > 0 ? 4 + strong.size : 0);
}

/** A sentence beside a telling one of the same paragraph often carries its reason or its object. */
function lentScore(said: readonly Said[], scores: readonly number[], at: number): number {
	let best = 0;
	for (const other of [at - 1, at + 1]) {
		const neighbour = said[other];
		if (neighbour?.paragraph !== said[at]?.paragraph || neighbour?.features.cues.all.size === 0) continue;
		best = Math.max(best, 0.2 * (scores[other] ?? 0));
	}
	return best;
}

function kindOf(text: string, cues: ReadonlySet<Cue>, isOpenEnd: boolean): Statement['kind'] {
	if (/[?？؟;]["'»”’)\]*_]*$/.test(text) && !/;$/.test(text)) return 'question';
	if (cues.has('question') && /[?？]|^\W*(?:open )?questions?\b/i.test(text)) return 'question';
	if (cues.has('rejection') && cues.has('reason')) return 'rejected';
	if (cues.has('decision')) return 'decision';
	if (cues.has('rejection')) return 'rejected';
	if (cues.has('next') && isOpenEnd) return 'next';
	if (cues.has('gap')) return 'gap';
	return cues.has('result') || cues.has('fix') ? 'result' : cues.has('next') ? 'next' : 'said';
}
