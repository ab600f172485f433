/** The status line: one row of what holds now. Pure; what goes first where there is no room is the order of `RANK`. */
import { safeLine } from '../../core/text.ts';
import { describeMoment } from '../../limits/describe-limit.ts';
import { shortWindow } from '../../limits/window-name.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { columnsOf } from '../../ui/text-width.ts';
import type { Paint, Theme } from '../../ui/theme.ts';

/** What is known; what is not is null, empty or absent, and is not shown. */
export interface StatusFacts {
	repo: string | null;
	branch: string | null;
	isDirty: boolean;
	/** Who gets the next prompt, or works. */
	agent: string | null;
	model: string | null;
	preset: string;
	/** All agents, in their order. */
	windows: ReadonlyArray<{ agent: string; window: string; ratio: number; seenAt: number }>;
	limited: ReadonlyArray<{ agent: string; until: number }>;
	/** Who takes over at a limit. */
	next: string | null;
	queued: number;
	/** A key that matters now: `Ctrl+Y answers`. */
	key: string | null;
	/** Something stands on the line: only what matters now is shown below it. */
	isTyping: boolean;
}

interface Room {
	columns: number;
	rows: number;
	/** Epoch ms. */
	now: number;
	theme: Theme;
}

interface Part {
	text: string;
	/** The lowest goes first. */
	rank: number;
	/** What stands before it within its group; ` · ` by default. */
	joint?: ' ';
	paint?: Paint;
	/** It stays while something is typed. */
	isPressing?: boolean;
}

const RANK = {
	full: 100,
	fullest: 90,
	key: 85,
	next: 80,
	queued: 78,
	branch: 70,
	preset: 60,
	agent: 55,
	others: 50,
	week: 40,
	model: 30,
	repo: 20,
	whose: 10,
};
/** Below it nothing is worth a row. */
const MIN_COLUMNS = 40;
const MIN_ROWS = 10;
const OLD_MS = 3_600_000;
const FILLING = 0.75;
const NAME_CHARS = 40;

/** No row where the terminal is too small. */
export function statusRow(facts: StatusFacts, room: Room): string[] {
	if (room.columns < MIN_COLUMNS || room.rows < MIN_ROWS) return [];
	let groups = groupsOf(facts, room);
	if (facts.isTyping) groups = groups.map((parts) => parts.filter(({ isPressing }) => isPressing));
	while (columnsOf(joined(groups, (text) => text)) > room.columns - 1) {
		const last = groups.flat().reduce((worst, part) => (part.rank <= worst.rank ? part : worst));
		groups = groups.map((parts) => parts.filter((part) => part !== last));
	}
	const row = joined(groups, room.theme.dim);
	return row === '' ? [] : [row];
}

/** Parts that belong together. */
type Group = readonly Part[];

function joined(groups: readonly Group[], dim: Paint): string {
	return groups
		.filter((parts) => parts.length > 0)
		.map((parts) =>
			parts
				.map(({ text, joint = ' · ', paint = dim }, at) => (at === 0 ? '' : dim(joint)) + paint(text))
				.join(''),
		)
		.join('  ');
}

function groupsOf(facts: StatusFacts, { now, theme }: Room): Group[] {
	const { agent, next, queued, key } = facts;
	const name = (text: string) => safeLine(text, NAME_CHARS);
	const ownLimit = facts.limited.find((one) => one.agent === agent);
	const ratio = (one: Window, rank: number): Part => ({
		text: `${safeLine(shortWindow(one.window), 20)} ${Math.round(one.ratio * 100)}%${age(one.seenAt, now)}`,
		rank,
		paint: paintOf(one.ratio, theme),
		isPressing: one.ratio >= FILLING,
	});
	const limit = (one: StatusFacts['limited'][number], rank: number): Part => ({
		text: `${name(one.agent)} limited until ${describeMoment(one.until, { now })}`,
		rank,
		paint: theme.bad,
		isPressing: true,
	});
	const [first, ...rest] = facts.windows.filter((one) => one.agent === agent);
	const own = first === undefined ? null : ([first, ...rest] as const);
	const fullest = own && fullestOf([...own]);
	const whose = part(agent && name(agent), RANK.whose);
	const ownWindows = (own ?? []).map((one, at) => {
		const shown = ratio(one, one === fullest ? RANK.fullest : RANK.week);
		return at === 0 ? spaced(shown) : shown;
	});
	const branch = facts.branch === null ? '' : `${name(facts.branch)}${facts.isDirty ? '*' : ''}`;
	const isFull = facts.preset === 'full';
	return [
		[...part(facts.repo && name(facts.repo), RANK.repo), ...part(branch, RANK.branch).map(spaced)],
		[
			...part(agent && name(agent), RANK.agent),
			...part(agent && facts.model && name(facts.model), RANK.model).map(spaced),
			isFull
				? { text: facts.preset, rank: RANK.full, paint: theme.warn, isPressing: true }
				: { text: facts.preset, rank: RANK.preset },
		],
		ownLimit ? [limit(ownLimit, RANK.fullest)] : own ? [...whose, ...ownWindows] : [],
		...otherAgents(facts).map(({ agent: other, limited, windows }, at): Group => {
			const rank = RANK.others - at / 100;
			if (windows === null) return [limit(limited, rank)];
			const shown = ratio(fullestOf([...windows]), rank);
			return [{ ...shown, text: `${name(other)} ${shown.text}` }];
		}),
		part(next && `next ${name(next)}`, RANK.next),
		part(queued === 0 ? '' : `${queued} queued`, RANK.queued).map(pressing),
		part(key, RANK.key).map((one) => ({ ...pressing(one), paint: theme.bold })),
	];
}

const spaced = (one: Part): Part => ({ ...one, joint: ' ' });
const pressing = (one: Part): Part => ({ ...one, isPressing: true });

type Window = StatusFacts['windows'][number];

function fullestOf(windows: readonly [Window, ...Window[]]): Window {
	return windows.reduce((most, one) => (one.ratio > most.ratio ? one : most));
}

const part = (text: string | null, rank: number): Part[] =>
	text === null || text === '' ? [] : [{ text, rank }];

type OtherAgent = { agent: string } & (
	| { limited: StatusFacts['limited'][number]; windows: null }
	| { limited: null; windows: readonly [Window, ...Window[]] }
);

/** Each with a limit, or with at least one window. */
function otherAgents({ agent, windows, limited }: StatusFacts): OtherAgent[] {
	const names = new Set([...windows, ...limited].map((one) => one.agent));
	return [...names].flatMap((other): OtherAgent[] => {
		if (other === agent) return [];
		const until = limited.find((one) => one.agent === other);
		const [first, ...rest] = windows.filter((one) => one.agent === other);
		if (until !== undefined) return [{ agent: other, limited: until, windows: null }];
		return first === undefined ? [] : [{ agent: other, limited: null, windows: [first, ...rest] }];
	});
}

const age = (seenAt: number, now: number) =>
	now - seenAt < OLD_MS ? '' : ` (${formatAgo(seenAt, now).replace(/ ago$/, ' old')})`;

function paintOf(ratio: number, theme: Theme): Paint {
	if (ratio >= 0.9) return theme.warn;
	return ratio >= FILLING ? (text) => text : theme.dim;
}
