import type { KeptSetting } from '../../config/given-settings.ts';
import { toIso } from '../../core/clock.ts';
import type { SessionId } from '../../core/ids.ts';
import { recordedFolder } from '../../git/repo/start-folder.ts';
import type { RepoFacts } from '../../git/repo-facts.ts';
import { type NameId, toMetaName } from '../names/name-id.ts';
import {
	type AdoptedFrom,
	type ChatRecord,
	type ForkedFrom,
	SESSION_META_VERSION,
	type SessionMeta,
} from '../session-meta.ts';

export interface SessionInit {
	kind: SessionMeta['kind'];
	/** The first prompt, verbatim; default: the parent's objective, else null. */
	objective?: string | null;
	title?: string | null;
	workstream?: string | null;
	/** A completed session that this one continues. */
	parent?: SessionId | null;
	/** `SESSION/TURN` of the relay turn that started this relay. */
	parentTurn?: string | null;
	/** Default: the current worktree of the repo. */
	worktree?: string;
	branch?: string | null;
	head?: string | null;
	activeAgent?: string | null;
	/** Default for a chat: the parent's. */
	chat?: ChatRecord;
	/** Default: the parent's, else the name in force. */
	name?: SessionMeta['name'];
	/** Where it works. Default: here. */
	repo?: SessionMeta['repo'];
	/** Settings that the user gives for it; default: the parent's. */
	config?: readonly KeptSetting[];
	forkedFrom?: ForkedFrom;
	adoptedFrom?: AdoptedFrom;
}

/** The first `meta.json` of a session. A child takes over objective, name, workstream, native ids and notes of its parent. */
export function newMeta(options: {
	id: SessionId;
	init: SessionInit;
	parent: SessionMeta | null;
	repo: RepoFacts;
	/** For a session without a parent. */
	name: NameId;
	now: number;
	relayVersion: string;
}): SessionMeta {
	const { id, init, parent, repo } = options;
	const at = toIso(options.now);
	const chat = init.chat ?? (init.kind === 'chat' ? parent?.chat : undefined);
	return {
		schema_version: SESSION_META_VERSION,
		id,
		kind: init.kind,
		status: 'active',
		objective: init.objective ?? parent?.objective ?? null,
		title: init.title ?? parent?.title ?? null,
		name: init.name !== undefined ? init.name : parent === null ? toMetaName(options.name) : parent.name,
		...(parent?.tags === undefined ? {} : { tags: parent.tags }),
		...(parent?.allowed === undefined ? {} : { allowed: parent.allowed }),
		...configOf(init, parent, at),
		workstream: init.workstream ?? parent?.workstream ?? null,
		repo: init.repo ?? {
			root: repo.root,
			worktree: init.worktree ?? repo.worktree,
			...folderOf(init.worktree === undefined ? recordedFolder(repo) : ''),
			branch: init.branch === undefined ? repo.branch : init.branch,
			head: init.head === undefined ? repo.head : init.head,
			...(parent?.repo.moved_from === undefined ? {} : { moved_from: parent.repo.moved_from }),
		},
		active_agent: init.activeAgent ?? parent?.active_agent ?? null,
		agents: agentsOf(parent),
		parent: init.parent ?? null,
		...(init.forkedFrom === undefined ? {} : { forked_from: init.forkedFrom }),
		...(init.adoptedFrom === undefined ? {} : { adopted_from: init.adoptedFrom }),
		parent_turn: init.parentTurn ?? null,
		created_at: at,
		updated_at: at,
		ended_at: null,
		turn_count: 0,
		checkpoint: null,
		notes: (parent?.notes ?? []).map((note) => ({ ...note, after_turn: 0 })),
		usage: NO_USAGE,
		error: null,
		relay_version: options.relayVersion,
		...(chat === undefined ? {} : { chat }),
	};
}

function configOf(
	{ config = [] }: SessionInit,
	parent: SessionMeta | null,
	at: string,
): Pick<SessionMeta, 'config'> | object {
	if (config.length > 0)
		return { config: { at, settings: config.map(({ key, value }) => ({ key, value })) } };
	return parent?.config === undefined ? {} : { config: parent.config };
}

/** The field of a record that names a folder of the worktree, which is left out for the worktree itself. */
export const folderOf = (folder: string): { folder?: string } => (folder === '' ? {} : { folder });

/** The parent's agents with their native conversations; the count of turns starts again. */
function agentsOf(parent: SessionMeta | null): SessionMeta['agents'] {
	return Object.fromEntries(
		Object.entries(parent?.agents ?? {}).map(([agent, known]) => [
			agent,
			{ ...known, turns: 0, last_turn: 0 },
		]),
	);
}

const NO_USAGE: SessionMeta['usage'] = {
	input_tokens: 0,
	output_tokens: 0,
	cache_read_tokens: 0,
	cache_write_tokens: 0,
	reasoning_tokens: 0,
	cost_usd: 0,
	cost_source: 'none',
	by_agent: {},
};
