import { type Cue, type Cues, cuesOf, NO_CUES } from './cues.ts';
import { segment } from './sentences.ts';
import type { TurnStory } from './turn-story.ts';

/** One sentence, list item or code block of an agent, with what speaks for keeping it. */
export interface Statement {
	story: TurnStory;
	text: string;
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

const SHORT_ANSWER_CHARS = 700;

/** What a text says about itself, wherever it stands. */
interface Features {
	/** Without case, punctuation and numbers: equal for what is said again. */
	shape: string;
	words: string[];
	cues: Cues;
	specificity: number;
}

interface Draft extends Statement, Features {
	paragraph: string;
}

/**
 * Everything agents said in `stories`, in order, scored without a model: cues of a choice, a gap or a question; names,
 * numbers and code; words of the task; rarity in this session; place in the turn. What is said over and over sinks.
 * `taskText` is what the work is about (prompts, paths, plan, commands).
 */
export function scoreStatements(stories: readonly TurnStory[], taskText: string): Statement[] {
	const known = new Map<string, Features>();
	const drafts = stories.flatMap((story) => draftsOf(story, known));
	const seen = countBy(drafts.map(({ shape }) => shape));
	const lastAt = new Map(drafts.map(({ shape }, at) => [shape, at]));
	const wordCounts = countBy(drafts.flatMap(({ words }) => [...new Set(words)]));
	const task = new Set(wordsOf(taskText));
	const isRare = (word: string) => (wordCounts.get(word) ?? 1) <= 1 + drafts.length / 60;
	for (const draft of drafts) {
		const repeats = (seen.get(draft.shape) ?? 1) - 1;
		draft.score +=
			cueScore(draft.cues, draft.isLastWords && draft.story.status !== 'completed') +
			2 * share(draft.words, (word) => task.has(word)) +
			2 * share(draft.words, isRare) -
			Math.min(5, 2.5 * repeats);
	}
	lendToNeighbours(drafts);
	// Of words said more than once only the newest stay.
	const newest = drafts.filter((draft, at) => lastAt.get(draft.shape) === at);
	return newest.map(({ story, text, score, isLastWords, cues }) => {
		const isOpenTurn = story.status !== 'completed';
		return { story, text, kind: kindOf(text, cues.all, isLastWords && isOpenTurn), score, isLastWords };
	});
}

function draftsOf(story: TurnStory, known: Map<string, Features>): Draft[] {
	return story.messages.flatMap((message, at) => {
		const isLastWords = at === story.messages.length - 1;
		const units = segment(message);
		const lastParagraph = units.at(-1)?.paragraph;
		const isShort = message.length <= SHORT_ANSWER_CHARS;
		return units.map(({ text, kind, paragraph }): Draft => {
			const key = kind === 'code' ? `code:${text}` : text;
			const features = known.get(key) ?? featuresOf(text, kind === 'code');
			known.set(key, features);
			let score = features.specificity - (kind === 'heading' ? 1.5 : kind === 'code' ? 0.5 : 0);
			if (isLastWords) score += isShort ? WORTH_KEEPING : paragraph === lastParagraph ? 0.5 : 0;
			return { ...features, story, text, kind: 'said', score, isLastWords, paragraph: `${at}/${paragraph}` };
		});
	});
}

function featuresOf(text: string, isCode: boolean): Features {
	return {
		shape: shapeOf(text),
		words: wordsOf(text),
		cues: isCode ? NO_CUES : cuesOf(text),
		specificity: specificityOf(text),
	};
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

// Code spans, paths and file names, camelCase and snake_case, numbers with meaning, quoted words.
const SPECIFIC = [
	/`[^`]+`/g,
	/[\w.-]+\/[\w./-]+|\b[\w-]+\.[a-z]{1,5}\b/gi,
	/\b[a-z]+[A-Z]\w*|\b\w+_\w+|\b\w+\(\)|\B--?[a-z][\w-]+|\b[A-Z]{2,}\b/g,
	/\d+/g,
	/["“„«][^"”“»]+["”“»]/g,
];

function specificityOf(text: string): number {
	let score = 0;
	for (const pattern of SPECIFIC) score += Math.min(1, 0.7 * (text.match(pattern)?.length ?? 0));
	return Math.min(score, 2);
}

/** A sentence beside a telling one of the same paragraph often carries its reason or its object. */
function lendToNeighbours(drafts: Draft[]): void {
	const before = drafts.map((draft) => draft.score);
	drafts.forEach((draft, at) => {
		const lent = [at - 1, at + 1].map((other) => {
			const neighbour = drafts[other];
			const isBeside =
				neighbour !== undefined && neighbour.story === draft.story && neighbour.paragraph === draft.paragraph;
			return isBeside && neighbour.cues.all.size > 0 ? (before[other] ?? 0) : 0;
		});
		draft.score += Math.max(0, 0.2 * Math.max(...lent));
	});
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

const shapeOf = (text: string) =>
	text
		.toLowerCase()
		.replace(/[^\p{L}\p{N}]+/gu, ' ')
		.replace(/\d+/g, '#')
		.trim();

/** Lower-case words of four letters and more; pairs of signs in scripts without spaces. */
function wordsOf(text: string): string[] {
	const lower = text.toLowerCase();
	const words = lower.match(/[\p{L}\p{N}_]{4,}/gu) ?? [];
	return words.flatMap((word) => (/[\u3040-\u30ff\u4e00-\u9fff]/.test(word) ? pairs(word) : [word]));
}

const pairs = (word: string) => Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2));

function share(words: readonly string[], has: (word: string) => boolean): number {
	if (words.length === 0) return 0;
	// Few words prove little.
	return words.filter(has).length / Math.max(words.length, 5);
}

function countBy(keys: readonly string[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
	return counts;
}
