/** What one save writes: backup, state, registry, hint and marker, which the caller makes one step. */
import { isAbsolute } from 'node:path';
import { readIfThere } from '../../core/files/read-file.ts';
import {
	type Registry,
	requireWorkstream,
	type WorkstreamStatus,
	withWorkstream,
} from '../registry/registry-file.ts';
import { firstState, refuseLongState, trimmedState } from '../state/state-text.ts';
import { requireSessionKey, type WorkstreamName } from '../workstream-name.ts';
import { filesOf, type Places } from '../workstream-places.ts';
import {
	hintPath,
	markerPath,
	readHint,
	serializeHint,
	serializeMarker,
	withSegment,
} from './session-records.ts';

/** The session on whose behalf something is saved. */
export interface SavingSession {
	/** Ours, or an agent's own. */
	id: string;
	/** Where it works; null: not known. Absolute. */
	project: string | null;
	agents: readonly string[];
}

/** What a session did from one time to another, ISO-8601, in lines. */
export interface SegmentFacts {
	from: string;
	to: string;
	bullets: string[];
	decisions: string[];
	/** The agent whose words these are; absent: they are from the records. */
	written_by?: string;
}

export interface Save {
	name: WorkstreamName;
	/** Gives the new text; null: the state stays, and is only touched. `before`: what stands there, or a first state. */
	state: ((before: string) => string) | null;
	/** `hand`: a text that is too long is refused. `machine`: it is trimmed. */
	by: 'hand' | 'machine';
	session: SavingSession | null;
	/** What the session did; null: nothing worth a hint. */
	segment: SegmentFacts | null;
	status?: WorkstreamStatus;
}

export interface Written {
	registry: Registry;
	files: ReadonlyArray<readonly [path: string, text: string]>;
}

/** `at`: ISO-8601. Throws `not_found`, `refused` (too long), `unreadable_file` (something else in place of the state). */
export function filesOfSave(
	registry: Registry,
	save: Save,
	{ places, at }: { places: Places; at: string },
): Written {
	const entry = requireWorkstream(registry, save.name);
	const { session } = save;
	const project = session?.project ?? null;
	const touched = withWorkstream(registry, {
		...entry,
		status: save.status ?? entry.status,
		last_touched: at,
		projects:
			project === null || !isAbsolute(project)
				? entry.projects
				: [...entry.projects.filter((one) => one !== project), project].slice(-MAX_PROJECTS),
	});
	return {
		registry: touched,
		files: [
			...stateFiles(entry, save, places),
			...(session === null ? [] : sessionFiles(save, session, { places, at })),
		],
	};
}

/** A line of work goes through few folders; its list must not grow with each scratch folder. */
const MAX_PROJECTS = 50;
/** A state that was written by hand outside of the relay may be longer than what is saved. */
export const MAX_READ_BYTES = 1024 * 1024;

/** Throws `unreadable_file` for anything but a file. null: there is none. */
export function readText(path: string): string | null {
	return readIfThere(path, MAX_READ_BYTES)?.toString('utf8') ?? null;
}

function stateFiles(
	{ name, description }: { name: WorkstreamName; description: string },
	{ state, by }: Save,
	places: Places,
): Written['files'] {
	if (state === null) return [];
	const paths = filesOf(places, name);
	const before = readText(paths.state);
	const made = state(before ?? firstState(name, description));
	const text = by === 'machine' ? trimmedState(made) : withLastBreak(made);
	refuseLongState(text);
	if (text === before) return [];
	return [...(before === null ? [] : [[paths.backup, before] as const]), [paths.state, text]];
}

const withLastBreak = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);

function sessionFiles(
	{ name, segment }: Save,
	saving: SavingSession,
	{ places, at }: { places: Places; at: string },
): Written['files'] {
	const session = requireSessionKey(saving.id);
	const marker = [markerPath(places, session), serializeMarker({ workstream: name, timestamp: at })] as const;
	if (segment === null) return [marker];
	return [hintFile(saving, { ...segment, workstream: name }, { places, at }), marker];
}

/** A session's hint with one segment more. Throws RelayError `usage` for an id that cannot be part of a file's name. */
export function hintFile(
	{ id, project, agents }: SavingSession,
	segment: SegmentFacts & { workstream: WorkstreamName | null },
	{ places, at }: { places: Places; at: string },
): readonly [path: string, text: string] {
	const session = requireSessionKey(id);
	const path = hintPath(places, session, at);
	const facts = { session_id: session, project, agents: [...agents], timestamp: at };
	return [path, serializeHint(withSegment(readHint(path), facts, { ...segment }))];
}
