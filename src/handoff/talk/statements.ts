import type { TurnStory } from '../pieces/turn-story.ts';
import { readStatements, type Said } from './read-statements.ts';
import { wordsOf } from './sentence-features.ts';

/** One sentence, list item or code block of an agent, with its score. */
export interface Statement {
	story: TurnStory;
	text: string;
	/** The text right before it. */
	before: string;
	kind: 'question' | 'said';
	score: number;
	/** In the last message of its turn. */
	isLastWords: boolean;
}

/** From this score on, a statement competes by priority with everything else. */
export const WORTH_KEEPING = 3.5;

/**
 * From this score on it may fill room that nothing else needs: plain facts score 1 to 3, small talk that keeps coming back less
 * than -2 (measured on 20 sentences of seven languages inside 100 KB of talk).
 */
export const WORTH_A_SPARE_PLACE = 0.5;

/**
 * Scores the statements of agents in `stories`, in order, without a model and in any language: names, numbers and code; words of
 * the task; rarity in this session; position in the turn. Whatever is said over and over loses score. `taskText` describes the work
 * (prompts, paths, plan, commands, changed lines).
 */
export function scoreStatements(stories: readonly TurnStory[], taskText: string): Statement[] {
	const said = readStatements(stories);
	const shapes = new Map<string, { times: number; lastAt: number }>();
	said.forEach(({ features: { shape }, times }, lastAt) => {
		shapes.set(shape, { times: (shapes.get(shape)?.times ?? 0) + times, lastAt });
	});
	const wordScore = wordScores(said, wordsOf(taskText));
	return said.flatMap((entry, at): Statement[] => {
		const { story, text, before, isLastWords, features } = entry;
		const { times = 1, lastAt } = shapes.get(features.shape) ?? {};
		// Words said more than once stay where they are newest.
		if (lastAt !== at) return [];
		const score =
			features.specificity + placeScore(entry) + (wordScore[at] ?? 0) - Math.min(5, 2.5 * (times - 1));
		return [{ story, text, before, kind: isQuestion(text) ? 'question' : 'said', score, isLastWords }];
	});
}

function placeScore({ kind, isLastWords, isShortAnswer, isLastParagraph, standsOut }: Said): number {
	const form = kind === 'heading' ? -1.5 : kind === 'code' ? -0.5 : 0;
	if (!isLastWords) return form;
	return form + (isShortAnswer ? WORTH_KEEPING : (standsOut ? 0.8 : 0) + (isLastParagraph ? 0.5 : 0));
}

/** How much the words of each sentence belong to the task, and how rare they are in the session. */
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
		// A word of the task counts less, the more of the talk contains it.
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
/** Sentences around one that belongs to the task belong to it too. */
const OF_PARAGRAPH = 0.3;

function bestByParagraph(said: readonly Said[], scores: readonly number[]): Map<number, number> {
	const best = new Map<number, number>();
	said.forEach(({ paragraph }, at) => {
		best.set(paragraph, Math.max(best.get(paragraph) ?? 0, scores[at] ?? 0));
	});
	return best;
}

/** A question mark at the end, or after a word inside (an item of a list is several sentences). */
const isQuestion = (text: string) =>
	/[?？؟\u037e]["'»”’)\]*_]*$/.test(text) || /[^\s?][?？؟]["'»”’)\]*_]*\s/.test(text);
