/** A session that appears at once, with all that it begins with: a fork, or one that is made from a transcript. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { FOLDER_MODE, namesIn } from '../../core/files/folders.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import type { SessionId } from '../../core/ids.ts';
import type { HeldFolder } from '../files/held-folder.ts';
import { serializeMeta } from '../files/json-record.ts';
import { keepSessionOutOfGit } from '../files/keep-out-of-git.ts';
import { META_FILE, sessionFolder, sessionsFolder } from '../files/session-paths.ts';
import { prepareStore, type StoreLocation } from '../files/store-location.ts';
import type { LogEvent } from '../log/log-entry.ts';
import { eventsOfChange } from '../log/record-changes.ts';
import { SessionLog } from '../log/session-log.ts';
import type { NameId } from '../names/name-id.ts';
import type { SessionMeta } from '../session-meta.ts';
import type { Witness, Witnesses } from '../witness/witness.ts';
import { holdFolders } from './held-place.ts';
import { wordsOfConfig } from './kept-settings.ts';
import { makeLockDraft, removeStrayLockDrafts } from './lock-draft.ts';
import { findLock, type LockContext } from './lock-record.ts';
import { newMeta, type SessionInit } from './new-meta.ts';
import { newestSession } from './new-session-folder.ts';

/** A session before it is one. */
export interface SessionDraft {
	id: SessionId;
	/** As it begins. */
	meta: SessionMeta;
	/** What is known of it that its records cannot change. */
	witness: Witness;
	/** Where it will be. */
	folder: string;
	/** Where its files are written until then. */
	writableFolder(): string;
	wayTo(path: string): string;
	log(event: LogEvent): void;
}

interface MakeDeps {
	location: StoreLocation;
	clock: Clock;
	ids: (newest: SessionId | null) => SessionId;
	relayVersion: string;
	witnesses: Witnesses;
	context: LockContext;
	name: NameId;
	onNotice?: (text: string) => void;
	/** Calls `show`, which makes it a session, or throws; then there is none. */
	publish?: (show: () => void) => void;
}

/** See `SessionStore.make`. */
export async function makeSession(
	init: SessionInit,
	write: (draft: SessionDraft) => Promise<SessionMeta>,
	deps: MakeDeps,
): Promise<SessionId> {
	const { location, clock, context, witnesses, relayVersion, name, publish = (show) => show() } = deps;
	const protection = prepareStore(location);
	const siblings = namesIn(sessionsFolder(location));
	removeStrayDrafts(location, context, siblings);
	const id = deps.ids(newestSession(siblings, clock.now()));
	const folder = sessionFolder(location, id);
	const { draft, note } = draftPaths(location, id);
	let place: HeldFolder | null = null;
	try {
		explainingWrites(note, () => renameSync(makeLockDraft(folder, context).path, note));
		explainingWrites(draft, () => mkdirSync(draft, { mode: FOLDER_MODE }));
		place = holdFolders(draft, init.kind, { isNew: true });
		const held = place;
		if (protection === 'each') explainingWrites(draft, () => keepSessionOutOfGit(draft));
		const log = new SessionLog({ place: () => held, clock, onNotice: deps.onNotice ?? (() => undefined) });
		const meta = newMeta({
			id,
			init,
			parent: null,
			name,
			repo: location.repo,
			now: clock.now(),
			relayVersion,
		});
		const witness = witnesses.ofNew(id);
		log.add({ type: 'session_opened', is_new: true });
		const made = await write({
			id,
			meta,
			witness,
			folder,
			writableFolder: () => draft,
			wayTo: (path) => held.wayTo(path),
			log: (event) => log.add(event),
		});
		for (const event of eventsOfChange(meta, made)) log.add(event);
		log.close();
		const path = join(draft, META_FILE);
		const text = serializeMeta({ ...made, updated_at: toIso(clock.now()) }, path);
		explainingWrites(path, () => writeAtomic(held.wayTo(path), text, { sync: true }));
		// The user names a transcript, but nobody saw him say what it holds.
		const { config } = made;
		const said =
			config === undefined ? [] : [{ kind: 'config' as const, turn: 0, words: wordsOfConfig(config) }];
		witness.begin(folder, { isAccepted: init.adoptedFrom !== undefined, said });
		await witness.settle();
		refuseReplaced(held);
		publish(() => explainingWrites(folder, () => renameSync(draft, folder)));
		removeIfThere(note);
		return id;
	} catch (error) {
		rmSync(draft, { recursive: true, force: true });
		removeIfThere(note);
		witnesses.ofNew(id).remove();
		throw error;
	} finally {
		place?.close();
	}
}

const DRAFT = /^\.([0-9A-HJKMNP-TV-Z]{26})\.draft(?:-of)?$/;

/** `note` names the process that makes the session, as a lock does: it is there before the draft, and goes after it. */
function draftPaths(location: Pick<StoreLocation, 'folder'>, id: string): { draft: string; note: string } {
	const draft = join(sessionsFolder(location), `.${id}.draft`);
	return { draft, note: `${draft}-of` };
}

/** Removes what processes left that died while they made a session. `siblings` was read before. */
export function removeStrayDrafts(
	location: Pick<StoreLocation, 'folder'>,
	context: LockContext,
	siblings: readonly string[],
): void {
	removeStrayLockDrafts(sessionsFolder(location), siblings, context);
	const ids = new Set(siblings.flatMap((name) => DRAFT.exec(name)?.[1] ?? []));
	for (const id of ids) {
		const { draft, note } = draftPaths(location, id);
		if (isBeingMade(note, context)) continue;
		if (lstatIfThere(draft)?.isDirectory() === true) rmSync(draft, { recursive: true, force: true });
		removeIfThere(note);
	}
}

function isBeingMade(note: string, context: LockContext): boolean {
	try {
		return findLock(note, context)?.judged === 'held';
	} catch (error) {
		if (error instanceof RelayError) return true;
		throw error;
	}
}

function refuseReplaced(held: HeldFolder): void {
	const obstacle = held.obstacle();
	if (obstacle !== null)
		throw new RelayError('refused', `${obstacle}; the session was not made.`, {
			hint: 'Something else writes to the records of this repo. Look at it, then try again.',
		});
}
