/** Brings the index up to date with every transcript and every session of ours. Called before a search, and where a session ends. */
import { basename } from 'node:path';
import type { RelayPaths } from '../../config/xdg-paths.ts';
import { yieldToIo } from '../../core/clock.ts';
import { ASIDE_FOLDER } from '../../sessions/files/session-paths.ts';
import { lockIndex } from './index-lock.ts';
import { IndexWriter, type Piece, SLACK_MS } from './index-writer.ts';
import { explainedFailure, type IndexDatabase, rebuildTables, withTransaction } from './open-index.ts';
import { findSources, type KnownSource } from './read/found-sources.ts';
import { type ReadOptions, readNative } from './read/read-native.ts';
import { readRelay } from './read/read-relay.ts';

export interface UpdateDeps {
	paths: Pick<RelayPaths, 'dataHome' | 'witness'>;
	/** With HOME, by which the CLIs' folders are found. */
	env: Readonly<Record<string, string>>;
	/** What takes secrets out of a text; asked for once there is something to read. */
	redactor(): Promise<(text: string) => string>;
}

export interface UpdateOptions {
	/** Builds everything but the user's own data anew. */
	isAnew?: boolean;
	/** How far it is; called some times a second. */
	progress?: (done: UpdateProgress) => void;
	/** Stops after the batch at hand; what was done stays. */
	signal?: AbortSignal;
}

interface UpdateProgress {
	sources: number;
	ofSources: number;
	messages: number;
}

export interface UpdateReport {
	/** `busy`: another process is at it, and what is there can be searched. `stopped`: by the signal. */
	outcome: 'done' | 'busy' | 'stopped';
	/** Sources that were new or changed. */
	sources: number;
	/** Rows that were read, copies of known ones included. */
	messages: number;
	/** Transcripts that could not be read, with the reason; the rest is up to date. */
	problems: ReadonlyArray<{ path: string; reason: string }>;
}

/** Reports are far enough apart that drawing them costs nothing. */
const PROGRESS_MS = 100;

/** Opens no file that has not changed. Throws RelayError `not_writable`, `disk_full`, `damaged_record` for the index itself. */
export async function bringUpToDate(
	db: IndexDatabase,
	deps: UpdateDeps,
	options: UpdateOptions = {},
): Promise<UpdateReport> {
	const lock = lockIndex(deps.paths);
	if (lock === null) return { outcome: 'busy', sources: 0, messages: 0, problems: [] };
	try {
		if (options.isAnew === true) withTransaction(db, () => rebuildTables(db));
		return await update(db, deps, options);
	} catch (error) {
		throw explainedFailure(error, deps.paths);
	} finally {
		lock.release();
	}
}

async function update(db: IndexDatabase, deps: UpdateDeps, options: UpdateOptions): Promise<UpdateReport> {
	const { changed, gone, back } = findSources(db, { env: deps.env, witness: deps.paths.witness });
	markGone(db, gone, back);
	if (changed.length === 0) return { outcome: 'done', sources: 0, messages: 0, problems: [] };
	const writer = new IndexWriter(db);
	const read = readOptions(db, await deps.redactor());
	const problems: Array<{ path: string; reason: string }> = [];
	let [sources, messages, shownAt] = [0, 0, 0];
	const show = () => {
		const now = performance.now();
		if (now - shownAt < PROGRESS_MS) return false;
		shownAt = now;
		options.progress?.({ sources, ofSources: changed.length, messages });
		return true;
	};
	/** null: no more, or it cannot be read. */
	const next = (pieces: Iterator<Piece>, path: string): Piece | null => {
		try {
			const { value, done } = pieces.next();
			return done === true ? null : value;
		} catch (error) {
			problems.push({ path, reason: error instanceof Error ? error.message : String(error) });
			return null;
		}
	};
	for (const source of changed) {
		const pieces = source.of === 'relay' ? readRelay(source, read) : readNative(source, read);
		for (let piece = next(pieces, source.path); piece !== null; piece = next(pieces, source.path)) {
			writer.add(piece);
			messages += piece.rows.length;
			if (show()) await yieldToIo();
			if (options.signal?.aborted) break;
		}
		if (options.signal?.aborted) break;
		sources++;
	}
	writer.flush();
	const outcome = options.signal?.aborted ? 'stopped' : 'done';
	return { outcome, sources, messages, problems };
}

function markGone(db: IndexDatabase, gone: readonly KnownSource[], back: readonly KnownSource[]): void {
	if (gone.length + back.length === 0) return;
	withTransaction(db, () => {
		const ofSource = db.prepare('update sources set is_gone = ? where id = ?');
		const ofConversation = db.prepare('update conversations set is_gone = ? where path = ?');
		for (const [is, some] of [
			[1, gone],
			[0, back],
		] as const)
			for (const { id, path } of some) {
				ofSource.run(is, id);
				ofConversation.run(is, path);
			}
	});
}

function readOptions(db: IndexDatabase, redact: ReadOptions['redact']): ReadOptions {
	const forgotten = db.prepare(
		"select 1 from tombstones where (kind = 'ref' and value = ?1) or (kind = 'pattern' and (?1 glob value or ?2 glob value or ?3 glob value)) limit 1",
	);
	const turns = db.prepare('select started_at, ended_at from relay_turns where agent = ? and native_id = ?');
	return {
		redact,
		isForgotten: (ref, path, project) =>
			(project !== null && basename(project) === ASIDE_FOLDER) ||
			forgotten.get(ref, path, project ?? '') !== undefined,
		isOurs: (agent, nativeId) => {
			// Asked when the first line is: sessions of ours are read before.
			let spans: Array<{ started_at: number | null; ended_at: number | null }> | null = null;
			return (at) => {
				spans ??= turns.all(agent, nativeId) as NonNullable<typeof spans>;
				return spans.some(
					({ started_at, ended_at }) =>
						at === null ||
						(at >= (started_at ?? 0) - SLACK_MS && at <= (ended_at ?? started_at ?? 0) + SLACK_MS),
				);
			};
		},
	};
}
