import type { PlanItem } from '../../agents/events.ts';
import type { Piece } from '../pieces/budget.ts';
import type { TurnStory } from '../pieces/turn-story.ts';
import { segment } from './sentences.ts';

const PLAN = 200;
const MAX_ITEM_CHARS = 300;
const MARK = { completed: '[x] done', in_progress: '[>] in progress', pending: '[ ] pending' } as const;

/** The newest plan of any agent, from its own tools or from a check list in its text. */
export function newestPlan(
	stories: readonly TurnStory[],
	clean: (text: string) => string,
): { items: PlanItem[]; story: TurnStory } | null {
	for (const story of stories.toReversed()) {
		const items =
			story.plan ?? checkList(story.messages)?.map((item) => ({ ...item, text: clean(item.text) }));
		if (items) return { items, story };
	}
	// The turn that reported it is gone from the records.
	const story = stories.findLast(({ standing }) => standing !== null && standing.length > 0);
	return story?.standing ? { items: story.standing, story } : null;
}

const CHECKBOX = /^\s*(?:[-*+]|\d{1,3}[.)])\s+\[([ xX✓✔~>/*-])\]\s+(.+)$/;

const HAS_CHECKBOX = /^\s*(?:[-*+]|\d{1,3}[.)])\s+\[/m;

/** Two or more `- [x] …` lines of the last message that has them. */
function checkList(messages: readonly string[]): PlanItem[] | null {
	for (const message of messages.toReversed()) {
		if (!message.includes('[') || !HAS_CHECKBOX.test(message)) continue;
		const items = segment(message).flatMap(({ text }): PlanItem[] => {
			const [, mark = '', item = ''] = CHECKBOX.exec(text) ?? [];
			if (item === '') return [];
			return [
				{ text: item, status: mark === ' ' ? 'pending' : /[xX✓✔]/.test(mark) ? 'completed' : 'in_progress' },
			];
		});
		if (items.length >= 2) return items;
	}
	return null;
}

const STATE_MARK = /^\s*(?:(?:[-*+•]|\d{1,3}[.)])\s+)?(?:\[.\]|[✓✔✅☑☐⬜◻◼▶→⏳🔄]\ufe0f?)\s*/u;

/** Recognizes lines that name an item of `plan` with a state: in earlier statements these states are out of date. */
export function planLines(plan: { items: readonly PlanItem[] } | null): (text: string) => boolean {
	const items = new Set(plan?.items.map(({ text }) => text.trim()));
	return (text) => STATE_MARK.test(text) && items.has(text.replace(STATE_MARK, '').trim());
}

/** One piece per item, open ones first if they do not all fit. */
export function planPieces(
	plan: { items: PlanItem[]; story: TurnStory } | null,
	quote: (text: string) => string,
): Piece[] {
	return (plan?.items ?? []).map((item, order) => {
		const line = item.text.replace(/\s+/g, ' ').trim();
		const short = line.length > MAX_ITEM_CHARS ? `${line.slice(0, MAX_ITEM_CHARS - 1)}…` : line;
		const priority = PLAN + (item.status === 'completed' ? 0 : 2) - order / 1000;
		return {
			section: 'plan',
			priority,
			order,
			variants: [quote(`${MARK[item.status]}: ${short}`)],
			data: item,
		};
	});
}
