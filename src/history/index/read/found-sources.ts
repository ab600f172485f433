/** What there is to read now, by names and times alone: native transcripts, and sessions of ours in every repo. */
import { lstatSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { sessionFolders, witnessNames } from '../../../sessions/witness/witnessed-folders.ts';
import { TRANSCRIPT_FORMATS } from '../../transcript-formats.ts';
import type { FoundTranscript, TranscriptFormat } from '../../transcript-items.ts';
import type { IndexDatabase } from '../open-index.ts';

export interface KnownSource {
	id: number;
	agent: string;
	path: string;
	mark: string;
	bytes: number;
	tail: string;
	state: string;
	is_gone: number;
}

interface SourceBase {
	path: string;
	/** Changes whenever the contents do. */
	mark: string;
	/** When it last changed, epoch ms; older ones are indexed first. */
	time: number;
	/** As it was read before; null: never. */
	known: KnownSource | null;
}

export type FoundSource = SourceBase &
	({ of: 'native'; format: TranscriptFormat; found: FoundTranscript } | { of: 'relay'; id: string });

export interface SourcePlaces {
	env: Readonly<Record<string, string>>;
	/** The folder of witnesses, which names the sessions of ours. */
	witness: string;
}

export interface FoundSources {
	/** New or changed, oldest first. */
	changed: FoundSource[];
	/** Not there any more, since the last time. */
	gone: KnownSource[];
	/** There again, unchanged. */
	back: KnownSource[];
}

export function findSources(db: IndexDatabase, places: SourcePlaces): FoundSources {
	const known = new Map(
		(
			db
				.prepare('select id, agent, path, mark, bytes, tail, state, is_gone from sources')
				.all() as KnownSource[]
		).map((one) => [one.path, one]),
	);
	const seen = new Set<string>();
	const result: FoundSources = { changed: [], gone: [], back: [] };
	for (const source of [...relaySources(places, known), ...nativeSources(places, known)]) {
		if (seen.has(source.path)) continue;
		seen.add(source.path);
		if (source.known?.mark !== source.mark) result.changed.push(source);
		else if (source.known.is_gone === 1) result.back.push(source.known);
	}
	result.gone = [...known.values()].filter(
		(one) => one.is_gone === 0 && !seen.has(one.path) && isGone(one.path, seen),
	);
	// Ours first: what stands there too is left out of native ones.
	result.changed.sort((a, b) => (a.of === b.of ? a.time - b.time : a.of === 'relay' ? -1 : 1));
	return result;
}

/** What was not found may be in a folder that another environment names. A row is gone where others of its database were found. */
function isGone(path: string, seen: ReadonlySet<string>): boolean {
	const [database, row] = path.split('#');
	if (row === undefined || database === undefined) return factsOf(path) === null;
	return factsOf(database) === null || [...seen].some((one) => one.startsWith(`${database}#`));
}

function* nativeSources(
	{ env }: SourcePlaces,
	known: ReadonlyMap<string, KnownSource>,
): Generator<FoundSource> {
	const uid = process.getuid?.();
	for (const format of TRANSCRIPT_FORMATS)
		for (const folder of format.folders(env))
			for (const found of format.find(folder)) {
				const { path } = found;
				const facts = factsOf(path.split('#')[0] ?? path);
				if (facts === null || (uid !== undefined && facts.uid !== uid)) continue;
				const mark = found.mark ?? markOf(facts);
				yield {
					of: 'native',
					format,
					found,
					path,
					mark,
					time: facts.mtimeMs,
					known: known.get(path) ?? null,
				};
			}
}

function* relaySources(
	{ witness }: SourcePlaces,
	known: ReadonlyMap<string, KnownSource>,
): Generator<FoundSource> {
	const placeOf = new Map(
		[...known.values()].filter(({ agent }) => agent === 'relay').map((one) => [basename(one.path), one.path]),
	);
	for (const name of witnessNames(witness)) {
		const id = name.replace(/\..*$/, '');
		// Records can move; then the witness names the new place.
		const before = placeOf.get(id);
		const paths =
			before !== undefined && metaOf(before) !== null ? [before] : sessionFolders(witness, name).reverse();
		for (const path of paths) {
			const facts = metaOf(path);
			if (facts === null || basename(path) !== id) continue;
			yield {
				of: 'relay',
				id,
				path,
				mark: markOf(facts),
				time: facts.mtimeMs,
				known: known.get(path) ?? null,
			};
			break;
		}
	}
}

/** It is replaced whenever a turn begins or ends. */
const metaOf = (path: string) => factsOf(join(path, 'meta.json'));

const markOf = ({ size, mtimeMs, ino }: Stats) => `${size}:${mtimeMs}:${ino}`;

/** null: there is no file or folder. Links are not followed. */
function factsOf(path: string): Stats | null {
	try {
		const facts = lstatSync(path, { throwIfNoEntry: false });
		return facts === undefined || facts.isSymbolicLink() ? null : facts;
	} catch {
		return null;
	}
}
