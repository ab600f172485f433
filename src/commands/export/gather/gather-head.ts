/** What stands above the story: which work, whose, how much of it. */
import { basename } from 'node:path';
import { toIso } from '../../../core/clock.ts';
import { safeLine } from '../../../core/text.ts';
import type { RaceRecord } from '../../../race/record/race-record.ts';
import { participantOf, type TurnState } from '../../../sessions/turns/turn-state.ts';
import { undoHistory } from '../../../sessions/undo/undo-history.ts';
import {
	EXPORT_SCHEMA,
	EXPORT_VERSION,
	type ExportAgent,
	type ExportChat,
	type ExportCounts,
	type ExportHead,
	type ExportSession,
} from '../document.ts';
import type { Cleaner } from './clean-text.ts';
import { type Pricing, usageOf } from './costs.ts';
import type { FoundSession } from './find-sessions.ts';
import { gatherRace } from './gather-race.ts';

const TITLE_CHARS = 120;

export interface HeadParts {
	/** The session that was asked for. */
	id: string;
	/** Oldest first. */
	found: readonly FoundSession[];
	/** null: it is not one. */
	race: RaceRecord | null;
	cleaner: Cleaner;
	pricing: Pricing;
	/** Epoch ms. */
	now: number;
}

export function gatherHead({ id, found, race, cleaner, pricing, now }: HeadParts): ExportHead {
	const [first] = found;
	const own = found.find(({ entry }) => entry.meta.id === id);
	if (first === undefined || own === undefined) throw new Error('an export without its session');
	const { meta } = own.entry;
	const { meta: oldest } = first.entry;
	const text = (value: string) => cleaner.text(value);
	const optional = (value: string | null) => (value === null ? null : text(value));
	const states = found.flatMap(({ entry }) => entry.turns);
	const task = meta.objective ?? oldest.objective;
	const chat = found.findLast(({ entry }) => entry.meta.chat !== undefined)?.entry.meta.chat;
	return {
		schema: EXPORT_SCHEMA,
		schema_version: EXPORT_VERSION,
		exported_at: toIso(now),
		id,
		title:
			safeLine(text(meta.title ?? oldest.title ?? firstLine(task ?? '')), TITLE_CHARS) ||
			'Session without a prompt',
		task: optional(task),
		kind: race !== null ? 'race' : chat !== undefined ? 'chat' : 'conversation',
		status: own.status,
		reason: own.reason,
		repo: {
			name: text(basename(meta.repo.root)),
			branch: optional(meta.repo.branch),
			worktree: text(meta.repo.worktree),
		},
		began_at: oldest.created_at,
		last_used_at:
			found
				.map(({ entry }) => entry.meta.updated_at)
				.sort()
				.at(-1) ?? meta.updated_at,
		sessions: found.map((one) => gatherSession(one, race, cleaner)),
		agents: gatherAgents(states, text),
		counts: countsOf(found, states),
		usage: usageOf(states, pricing),
		chat: chat === undefined ? null : gatherChat(chat, text),
		race: race === null ? null : gatherRace(race, cleaner),
	};
}

const firstLine = (text: string): string => text.split('\n').find((line) => line.trim() !== '') ?? '';

function gatherSession(
	{ entry: { meta }, status }: FoundSession,
	race: RaceRecord | null,
	{ text }: Cleaner,
): ExportSession {
	const { id, kind, name, title, objective, parent, created_at, repo, tags = [], relay_version } = meta;
	const entrant = race?.entrants.find(({ session_id }) => session_id === id)?.id ?? null;
	return {
		id,
		kind,
		name,
		title:
			title === null && objective === null
				? null
				: safeLine(text(title ?? firstLine(objective ?? '')), TITLE_CHARS),
		parent,
		entrant: entrant === null ? null : text(entrant),
		status,
		created_at,
		branch: repo.branch === null ? null : text(repo.branch),
		worktree: text(repo.worktree),
		tags: tags.map(text),
		relay_version,
	};
}

function gatherAgents(states: readonly TurnState[], text: (value: string) => string): ExportAgent[] {
	const agents = new Map<string, ExportAgent>();
	for (const state of states) {
		const name = participantOf(state);
		const known = agents.get(name) ?? { name: text(name), agent: text(state.agent), models: [], turns: 0 };
		const model = state.model === null ? null : text(state.model);
		if (model !== null && !known.models.includes(model)) known.models.push(model);
		agents.set(name, { ...known, turns: known.turns + 1 });
	}
	return [...agents.values()];
}

function countsOf(found: readonly FoundSession[], states: readonly TurnState[]): ExportCounts {
	const types = found.flatMap(({ log }) => log.flatMap(({ event }) => event?.type ?? []));
	const count = (...wanted: string[]) => types.filter((type) => wanted.includes(type)).length;
	return {
		turns: states.length,
		undone_turns: undoHistory(found.map(({ entry }) => entry)).turns.filter(
			({ undoneBy }) => undoneBy !== null,
		).length,
		hand_overs: count('handed_over', 'agent_switched'),
		limits: states.filter(({ limit }) => limit !== null).length,
		waits: count('waiting'),
		questions: count('question_asked'),
		checkpoints: found.reduce((sum, one) => sum + checkpointsOf(one), 0),
		files: new Set(states.flatMap(({ files }) => files.map(({ path }) => path))).size,
	};
}

/** Where the work stopped: a checkpoint whose packet a turn began with is a part of a hand-over. */
function checkpointsOf({ entry, log }: FoundSession): number {
	const packets = new Set(entry.turns.map(({ packet }) => packet));
	const events = log.flatMap(({ event }) => event ?? []);
	return events.filter(
		(event, at) =>
			event.type === 'checkpointed' &&
			events[at + 1]?.type !== event.type &&
			(event.packet === null || !packets.has(event.packet)),
	).length;
}

function gatherChat(
	{ participants, until, agreed }: NonNullable<FoundSession['entry']['meta']['chat']>,
	text: (value: string) => string,
): ExportChat {
	return {
		participants: participants.map(({ id, agent, model, role, left }) => ({
			id: text(id),
			agent: text(agent),
			model: model === null ? null : text(model),
			role: role === null ? null : text(role),
			left,
		})),
		until: until === null ? null : text(until),
		agreed,
	};
}
