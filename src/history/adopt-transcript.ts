/** Makes a session of ours from an agent's own transcript, so that any agent can go on with it. */
import { existsSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import { safeLine } from '../core/text.ts';
import { recordedFolder } from '../git/repo/start-folder.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import { packAdopted } from '../relay/packet/pack-adopted.ts';
import type { Ports } from '../relay/ports.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import type { SessionDraft } from '../sessions/store/make-session.ts';
import { folderOf } from '../sessions/store/new-meta.ts';
import { adoptTurns } from '../sessions/transitions.ts';
import { TurnGrouping, type TurnStep } from './group-turns.ts';
import { type OpenTranscript, openTranscript } from './read-transcript.ts';
import { TurnRecording } from './record-turns.ts';
import type { TranscriptFacts } from './transcript-items.ts';
import { ownerOf } from './transcript-places.ts';

export interface AdoptOptions {
	/** It continues in the present folder, wherever it was held. */
	isHere: boolean;
	/** Called once it takes long. */
	onSlow?: (text: string) => void;
}

export interface Adopted {
	id: SessionId;
	/** False: a session has these turns already. */
	isNew: boolean;
	agent: string;
	turns: number;
	/** Lines that could not be read. */
	torn: number;
}

/**
 * Throws `not_found` for what is no transcript, `nothing_to_continue` for one without turns, `refused` for one of another folder
 * (unless `isHere`), and what `SessionStore.make` throws. Nothing is left then.
 */
export async function adoptTranscript(path: string, options: AdoptOptions, home: Ports): Promise<Adopted> {
	const transcript = await openTranscript(path);
	try {
		if (transcript.bytes > SLOW_BYTES)
			options.onSlow?.(`Reading ${safeLine(path, 200)} (${Math.round(transcript.bytes / 1e6)} MB) …`);
		const found = await look(transcript);
		if (found.turns === 0)
			throw new RelayError('nothing_to_continue', `${path} has no turn yet: there is nothing to go on with.`);
		const place = await placeOf(path, found.facts, options, home);
		const cli = { agent: transcript.agent, nativeId: null };
		const { agent, nativeId } = place.isOwn ? ownerAt(path, transcript, home) : cli;
		const about = { agent, turns: found.turns, torn: found.torn };
		const known =
			nativeId === null
				? adoptedBefore(path, { ...about, ...place.repo }, home)
				: sessionOf(nativeId, about, home);
		if (known !== null) return { id: known, isNew: false, ...about };
		const made = await record(transcript, { path, agent, nativeId, place, found }, home);
		if (!made.isNew) return { ...made, ...about };
		if (nativeId !== null) joinConversation({ agent, nativeId }, made.id, home);
		await packAdopted(made.id, home).catch((error) => {
			home.store.remove(made.id);
			throw error;
		});
		return { ...made, ...about };
	} finally {
		transcript.close();
	}
}

/** Some hundred milliseconds. */
const SLOW_BYTES = 20e6;

interface Looked {
	facts: Partial<TranscriptFacts>;
	turns: number;
	torn: number;
}

async function look(transcript: OpenTranscript): Promise<Looked> {
	const grouping = new TurnGrouping();
	let turns = 0;
	const count = (steps: readonly TurnStep[]) => {
		turns += steps.filter(({ step }) => step === 'end').length;
	};
	for await (const item of transcript.items()) count(grouping.push(item));
	count(grouping.end());
	return { facts: grouping.facts, turns, torn: grouping.torn };
}

interface Place {
	repo: SessionMeta['repo'];
	/** The conversation was held there. */
	isOwn: boolean;
}

async function placeOf(
	path: string,
	{ cwd }: Partial<TranscriptFacts>,
	{ isHere }: AdoptOptions,
	home: Ports,
): Promise<Place> {
	const { repo } = home;
	const here = { repo: repoOf(repo, recordedFolder(repo)), isOwn: false };
	if (cwd === undefined) return here;
	const held = existsSync(cwd) ? realpathSync(cwd) : cwd;
	const there = existsSync(held) ? await home.places.find(held) : null;
	const isSameRepo =
		there !== null &&
		(there.worktree === repo.worktree || (there.commonDir !== null && there.commonDir === repo.commonDir));
	if (isSameRepo) {
		const folder = relative(there.worktree, held);
		const isInside = folder !== '..' && !folder.startsWith(`..${sep}`);
		return isInside && !(isHere && held !== repo.folder)
			? { repo: repoOf(there, folder), isOwn: true }
			: here;
	}
	if (isHere) return here;
	throw new RelayError(
		'refused',
		`That conversation was held in ${safeLine(cwd, 200)}, which is not in this repo${there === null ? ', and not there any more' : ''}.`,
		{
			hint: `${there === null ? '' : `Go on there: agent-relay -C ${quoteForShell(held)} resume ${quoteForShell(path)}, or `}${there === null ? 'G' : 'g'}o on here: add --here`,
		},
	);
}

const repoOf = ({ root, worktree, branch, head }: RepoFacts, folder: string): SessionMeta['repo'] => ({
	root,
	worktree,
	...folderOf(folder),
	branch,
	head,
});

interface Owner {
	agent: string;
	/** null: the conversation cannot be gone on with where it was. */
	nativeId: string | null;
}

/** Only in an agent's own folder is it that agent's conversation: what lies elsewhere may be anybody's, and the CLI would not find it. */
function ownerAt(
	path: string,
	{ agent: cli, id }: OpenTranscript,
	{ env, settings }: Pick<Ports, 'env' | 'settings'>,
): Owner {
	const { adapters } = settings().registry;
	const agent = ownerOf(path, cli, { adapters, env });
	const adapter = adapters.find((one) => one.id === agent);
	if (id === null || agent === null || adapter?.isNativeId(id) !== true)
		return { agent: cli, nativeId: null };
	return { agent, nativeId: id };
}

/** A session that has all of these turns, its own or adopted; the newest. */
function sessionOf(
	nativeId: string,
	{ agent, turns }: { agent: string; turns: number },
	{ store }: Pick<Ports, 'store'>,
): SessionId | null {
	const found = store.list({ kinds: ['run', 'shell'], name: null }).find(({ id, meta }) => {
		if (meta?.agents[agent]?.native_session_id !== nativeId || meta.archived_at) return false;
		const had = store.lineage(id).flatMap((entry) => entry.turns);
		return had.filter((state) => state.native_session_id === nativeId).length >= turns;
	});
	return found?.id ?? null;
}

/** A session here that has all of these turns from that transcript, which was held elsewhere; the newest. */
function adoptedBefore(
	path: string,
	{ agent, turns, worktree }: { agent: string; turns: number; worktree: string },
	{ store }: Pick<Ports, 'store'>,
): SessionId | null {
	const found = store.list({ kinds: ['run', 'shell'], name: null }).find(({ id, meta }) => {
		if (meta === null || meta.archived_at || meta.repo.worktree !== worktree) return false;
		const from = meta.adopted_from;
		if (from?.path !== path || from.agent !== agent || from.native_session_id !== null) return false;
		const had = store.lineage(id).flatMap((entry) => entry.turns);
		return had.filter((state) => state.adopted_at !== undefined).length >= turns;
	});
	return found?.id ?? null;
}

/** The user himself named the conversation, so the session may work in it, whoever has. */
function joinConversation(
	conversation: { agent: string; nativeId: string },
	id: SessionId,
	{ conversations }: Pick<Ports, 'conversations'>,
): void {
	conversations.begin(conversation, id).end(conversation);
}

/** If two commands adopt one conversation at once, the second takes the session of the first. */
async function record(
	transcript: OpenTranscript,
	{ path, agent, nativeId, place, found }: Owner & { path: string; place: Place; found: Looked },
	home: Ports,
): Promise<{ id: SessionId; isNew: boolean }> {
	const { facts, turns } = found;
	const other: { id: SessionId | null } = { id: null };
	const publish = (show: () => void) => {
		if (nativeId === null) return show();
		home.conversations.alone({ agent, nativeId }, () => {
			other.id = sessionOf(nativeId, { agent, turns }, home);
			if (other.id !== null)
				throw new RelayError('refused', `Session ${other.id} has that conversation already.`);
			show();
		});
	};
	const adoptedFrom = {
		...{ agent, native_session_id: nativeId, path },
		...(transcript.id === null ? {} : { conversation: transcript.id }),
	};
	const as = {
		agent,
		nativeId,
		worktree: place.repo.worktree,
		folder: place.repo.folder ?? '',
		now: home.clock.now(),
	};
	const write = async (draft: SessionDraft) => {
		const recording = new TurnRecording(draft, as);
		const grouping = new TurnGrouping();
		let objective: string | null = null;
		const add = (steps: readonly TurnStep[]) => {
			for (const step of steps) {
				if (step.step === 'begin') objective ??= step.text;
				recording.write(step);
			}
		};
		try {
			for await (const item of transcript.items()) add(grouping.push(item));
			add(grouping.end());
		} finally {
			recording.close();
		}
		const { states } = recording;
		draft.log({ type: 'adopted', agent, native_session_id: nativeId, path, turns: states.length });
		const title = facts.title === undefined ? null : safeLine(facts.title, 200);
		return adoptTurns(draft.meta, { states, adoptedFrom, title, objective, repo: place.repo });
	};
	try {
		const id = await home.store.make({ kind: 'run', activeAgent: agent, adoptedFrom }, write, publish);
		return { id, isNew: true };
	} catch (error) {
		if (other.id === null) throw error;
		return { id: other.id, isNew: false };
	}
}
