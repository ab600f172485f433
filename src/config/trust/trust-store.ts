/**
 * Records which repos the user trusts: by the worktree's real path and the contents of the enabled files at that moment. Questions
 * and answers concern the files that agents obey at one place; those of the worktree's other folders are left alone.
 */
import { realpathSync, renameSync } from 'node:fs';
import * as v from 'valibot';
import { toIso } from '../../core/clock.ts';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { type Locking, withFileLock } from '../../core/files/file-lock.ts';
import { isUnreadable, readIfThere } from '../../core/files/read-file.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import { obeyedAt, type TrustDigests, type TrustPlace } from './trust-files.ts';

interface TrustRecord {
	/** Real path. */
	path: string;
	/** ISO-8601. */
	trusted_at: string;
	/** Relative path -> SHA-256, hex. */
	files: Record<string, string>;
}

export interface TrustStore {
	/** False also when `digests` is null, and when the record cannot be read. */
	isTrusted(place: TrustPlace, digests: TrustDigests | null): boolean;
	/**
	 * Why it is no longer trusted: relative paths that were added, removed or changed since; null when the folder was never
	 * trusted.
	 */
	changedSince(place: TrustPlace, digests: TrustDigests | null): string[] | null;
	/** Durable when it returns. Throws RelayError `not_writable`, or `newer_version`. */
	trust(place: TrustPlace, digests: TrustDigests): void;
	/**
	 * Records a no to these files, durably; a worktree that was trusted before no longer is, unless the no only concerns files of
	 * its sub folder. Throws as `trust`.
	 */
	decline(place: TrustPlace, digests: TrustDigests): void;
	/** True while the files are those that the user said no to. */
	isDeclined(place: TrustPlace, digests: TrustDigests): boolean;
	/** Revokes for the whole worktree. Returns whether there was something to revoke. */
	revoke(worktree: string): boolean;
	/** Sorted by path. */
	list(): TrustRecord[];
}

export interface TrustOptions {
	/** `trust.json`. */
	file: string;
	/** `lockingOf` (core/files/file-lock.ts) in the product; its clock also dates the records. */
	locking: Locking;
	onNotice: (text: string) => void;
}

const TRUST_VERSION = 1;

const recordSchema = v.looseObject({
	path: v.string(),
	trusted_at: v.string(),
	files: v.record(v.string(), v.string()),
});
const declinedSchema = v.looseObject({
	path: v.string(),
	declined_at: v.string(),
	files: v.record(v.string(), v.string()),
});
const fileSchema = v.looseObject({
	schema_version: v.number(),
	repos: v.array(recordSchema),
	/** The files that the user said no to; absent in records of earlier versions. */
	declined: v.optional(v.array(declinedSchema)),
});
type TrustFile = v.InferOutput<typeof fileSchema>;

const NOTHING: TrustFile = { schema_version: TRUST_VERSION, repos: [] };

export function createTrustStore({ file, locking, onNotice }: TrustOptions): TrustStore {
	const find = (folder: string) => {
		const { repos } = readTrusted();
		if (repos.length === 0) return null;
		const path = realPath(folder);
		return repos.find((record) => record.path === path) ?? null;
	};

	const readTrusted = (): TrustFile => {
		const content = readContent(file);
		if (typeof content !== 'string') return content;
		onNotice(`no repo is trusted, because the record cannot be read (${content}): ${file}`);
		return NOTHING;
	};

	const change = (apply: (known: TrustFile) => Partial<TrustFile>): void => {
		explainWriteFailure(file, () =>
			withFileLock(`${file}.lock`, locking, () => {
				const content = readContent(file);
				if (content === 'damaged') setAside();
				else if (typeof content === 'string') throw cannotWrite(file, content);
				const known = typeof content === 'string' ? NOTHING : content;
				if (known.schema_version > TRUST_VERSION) throw newerVersion(file);
				const next = { ...known, ...apply(known) };
				writeAtomic(file, `${JSON.stringify(next, null, '\t')}\n`, { sync: true });
			}),
		);
	};

	const setAside = () => {
		const aside = `${file}.damaged-${toIso(locking.now()).replaceAll(':', '-')}`;
		renameSync(file, aside);
		onNotice(`the record of trusted repos was damaged and is set aside as ${aside}`);
	};

	return {
		isTrusted(place, digests) {
			const record = digests === null ? null : find(place.worktree);
			return record !== null && digests !== null && differences(record.files, digests, place).length === 0;
		},
		changedSince(place, digests) {
			const record = find(place.worktree);
			return record === null ? null : differences(record.files, digests ?? new Map(), place);
		},
		trust(place, digests) {
			const path = realPath(place.worktree);
			const trusted_at = toIso(locking.now());
			change(({ repos, declined = [] }) => {
				const files = { ...filesElsewhere(repos, path, place), ...Object.fromEntries(digests) };
				return {
					repos: [...without(repos, path), { path, trusted_at, files }],
					...(declined.length > 0 && { declined: without(declined, path) }),
				};
			});
		},
		decline(place, digests) {
			const path = realPath(place.worktree);
			const declined_at = toIso(locking.now());
			change(({ repos, declined = [] }) => {
				const files = { ...filesElsewhere(declined, path, place), ...Object.fromEntries(digests) };
				return {
					repos: repos.filter((record) => record.path !== path || isOnlyOfSubfolder(record, digests, place)),
					declined: [...without(declined, path), { path, declined_at, files }],
				};
			});
		},
		isDeclined(place, digests) {
			const path = realPath(place.worktree);
			const said = readTrusted().declined?.find((record) => record.path === path);
			return said !== undefined && differences(said.files, digests, place).length === 0;
		},
		revoke(worktree) {
			const path = realPath(worktree);
			const isRecorded = (record: TrustRecord) => record.path === path;
			if (!readTrusted().repos.some(isRecorded)) return false;
			change(({ repos }) => ({ repos: repos.filter((record) => !isRecorded(record)) }));
			return true;
		},
		list: () =>
			readTrusted()
				.repos.map(({ path, trusted_at, files }) => ({ path, trusted_at, files }))
				.sort((one, other) => (one.path < other.path ? -1 : 1)),
	};
}

interface FilesRecord {
	path: string;
	files: Record<string, string>;
}

const without = <T extends FilesRecord>(records: readonly T[], path: string): T[] =>
	records.filter((record) => record.path !== path);

/** The answers for files that agents at `place` do not obey. */
function filesElsewhere(
	records: readonly FilesRecord[],
	path: string,
	place: TrustPlace,
): Record<string, string> {
	const isObeyed = obeyedAt(place);
	const files = records.find((record) => record.path === path)?.files ?? {};
	return Object.fromEntries(Object.entries(files).filter(([name]) => !isObeyed(name)));
}

/** True if the worktree's own files are as recorded, and only those of the folders below, down to `place`, are not. */
function isOnlyOfSubfolder({ files }: FilesRecord, digests: TrustDigests, place: TrustPlace): boolean {
	const root = { ...place, folder: place.worktree };
	const isObeyedAtRoot = obeyedAt(root);
	const ofRoot = new Map([...digests].filter(([name]) => isObeyedAtRoot(name)));
	return differences(files, ofRoot, root).length === 0 && differences(files, digests, place).length > 0;
}

/** Names of the files obeyed at `place` that differ from the record. */
function differences(recorded: Record<string, string>, found: TrustDigests, place: TrustPlace): string[] {
	const names = new Set([...Object.keys(recorded).filter(obeyedAt(place)), ...found.keys()]);
	return [...names]
		.filter((name) => (Object.hasOwn(recorded, name) ? recorded[name] : undefined) !== found.get(name))
		.sort();
}

/** The content; `damaged` when it is invalid; the system's code when the file cannot be read. */
function readContent(file: string): TrustFile | string {
	try {
		const bytes = readIfThere(file);
		if (bytes === null) return NOTHING;
		const parsed = v.safeParse(fileSchema, JSON.parse(bytes.toString('utf8')));
		return parsed.success ? parsed.output : 'damaged';
	} catch (error) {
		if (error instanceof SyntaxError) return 'damaged';
		if (isUnreadable(error)) return error.message;
		if (hasErrno(error, 'EIO')) return String(error.code);
		throw error;
	}
}

function explainWriteFailure(file: string, action: () => void): void {
	try {
		action();
	} catch (error) {
		if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST')) throw error;
		if (error instanceof RelayError) throw error;
		throw cannotWrite(file, String(error.code), error);
	}
}

function cannotWrite(file: string, code: string, cause?: unknown): RelayError {
	return new RelayError('not_writable', `trust cannot be recorded in ${file} (${code})`, {
		hint: '--trust works for one run without a record',
		cause,
	});
}

function newerVersion(file: string): RelayError {
	return new RelayError('newer_version', `${file} was written by a newer agent-relay`, {
		hint: 'update agent-relay to change it',
	});
}

/** The folder itself when it does not exist: a record of a removed repo can still be revoked. */
function realPath(folder: string): string {
	try {
		return realpathSync(folder);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return folder;
		throw error;
	}
}
