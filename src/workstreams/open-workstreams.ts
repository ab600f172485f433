/**
 * Workstreams: lines of work that outlive sessions, in files of this user for every repo. Here is what there is, how it is kept
 * whole, and what sessions leave for it. Not here: which prompt carries a state (the relay's, by a port), and how anything is
 * shown. Loaded when it is first needed.
 */
import { dirname, join } from 'node:path';
import type { RelayPaths } from '../config/xdg-paths.ts';
import { type Clock, toIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { type Locking, withFileLock } from '../core/files/file-lock.ts';
import { namesIn } from '../core/files/folders.ts';
import { explainingWrites } from '../core/files/write-failure.ts';
import { removeIfThere } from '../core/files/write-file.ts';
import { finishStep, isStepFile, isStepOpen, makeStep, type Step } from './records/one-step.ts';
import {
	filesOfSave,
	hintFile,
	MAX_READ_BYTES,
	readText,
	type Save,
	type SavingSession,
} from './records/save-files.ts';
import {
	hintPath,
	markerPath,
	readHint,
	readHints,
	readMarker,
	readMarkers,
	serializeMarker,
} from './records/session-records.ts';
import {
	type Ideas,
	readIdeas,
	requireIdea,
	serializeIdeas,
	withIdeas,
	withoutIdea,
} from './registry/ideas-file.ts';
import {
	findWorkstream,
	type Registry,
	readRegistry,
	requireWorkstream,
	serializeRegistry,
	type Workstream,
	withoutWorkstream,
	withWorkstream,
} from './registry/registry-file.ts';
import { firstState } from './state/state-text.ts';
import { requireSessionKey, type WorkstreamName } from './workstream-name.ts';
import { filesOf, placesOf } from './workstream-places.ts';
import type { NewWorkstream, Workstreams, WorkstreamTexts } from './workstreams-contract.ts';

export function openWorkstreams({
	paths,
	locking,
	clock,
}: {
	paths: Pick<RelayPaths, 'configHome'>;
	locking: Locking;
	clock: Pick<Clock, 'now'>;
}): Workstreams {
	const places = placesOf(paths);
	const now = () => toIso(clock.now());
	const locked = <T>(act: () => T): T =>
		explainingWrites(places.root, () =>
			withFileLock(places.lock, { timeoutMs: LOCK_MS, ...locking, self: locking.self }, () => {
				finishStep(places);
				return act();
			}),
		);
	/** What a kill left counts as made, so it is finished before anything is read. */
	const whole = () => {
		if (isStepOpen(places)) locked(() => undefined);
	};
	const registry = () => {
		whole();
		return readRegistry(places.registry);
	};
	/** Refuses what cannot be obeyed before a lock or a file is made. */
	const change = <T>(act: (now: Registry) => { step: Step; registry: Registry | null; result: T }): T => {
		serializeRegistry(registry(), places.registry);
		return locked(() => {
			const before = readRegistry(places.registry);
			const { step, registry: after, result } = act(before);
			const named =
				after === null ? [] : [[places.registry, serializeRegistry(after, places.registry)] as const];
			makeStep(places, { ...step, replaced: [...step.replaced, ...named] });
			sweep([places.root, ...step.replaced.map(([path]) => dirname(path))]);
			return result;
		});
	};
	const changeIdeas = <T>(act: (ideas: Ideas) => { after: Ideas; result: T }): T =>
		change(() => {
			const { after, result } = act(readIdeas(places.ideas));
			const replaced = [[places.ideas, serializeIdeas(after, places.ideas)] as const];
			return { step: { replaced }, registry: null, result };
		});
	const saving = (before: Registry, save: Save | null, at: string) =>
		save === null ? { registry: before, files: [] } : filesOfSave(before, save, { places, at });
	const attaching = (name: WorkstreamName, session: SavingSession | null, at: string) =>
		session === null
			? []
			: [
					[
						markerPath(places, requireSessionKey(session.id)),
						serializeMarker({ workstream: name, timestamp: at }),
					] as const,
				];
	const texts = (entry: Workstream): WorkstreamTexts => {
		const { state, plan, architecture } = filesOf(places, entry.name);
		return { entry, state: readText(state), plan: readText(plan), architecture: readText(architecture) };
	};
	const attachedTo = (session: string) => {
		whole();
		const marker = readMarker(places, session);
		if (marker === null) return null;
		const entry = findWorkstream(readRegistry(places.registry), marker.workstream);
		return entry?.status === 'active' ? entry.name : null;
	};
	return {
		paths: { registry: places.registry, ideas: places.ideas, of: (name) => filesOf(places, name) },
		registry,
		ideas: () => {
			whole();
			return readIdeas(places.ideas);
		},
		texts: (name) => texts(requireWorkstream(registry(), name)),
		attachedTo,
		savedAt: (session) => {
			const marker = readMarker(places, session);
			const name = marker === null ? null : attachedTo(session);
			return marker === null || name === null ? null : { name, at: marker.timestamp };
		},
		hasMarker: (session) => readMarker(places, session) !== null,
		markers: () => {
			const found = [...readMarkers(places)];
			return new Map(found.map(([session, { workstream }]) => [session, workstream]));
		},
		toldUntil: (session) => readHint(hintPath(places, session, now()))?.segments.at(-1)?.to ?? null,
		isToldInWords: (session) =>
			readHint(hintPath(places, session, now()))?.segments.at(-1)?.written_by !== undefined,
		hints: () => readHints(places),
		tell: (session, segment) =>
			change(() => ({
				step: { replaced: [hintFile(session, segment, { places, at: now() })] },
				registry: null,
				result: undefined,
			})),
		create: (made, { saved = null, session = null } = {}) =>
			change((before) => {
				const at = now();
				const entry = newEntry(before, made, { at, project: session?.project ?? null });
				const save = saving(before, saved, at);
				const files = [...save.files, ...filesOfNew(made, filesOf(places, made.name))];
				return {
					step: { replaced: lastOfEach([...files, ...attaching(made.name, session, at)]) },
					registry: withWorkstream(save.registry, entry),
					result: entry,
				};
			}),
		createAll: (made, ideas) =>
			change((before) => {
				const at = now();
				const after = made.reduce(
					(all, one) => withWorkstream(all, newEntry(all, one, { at, project: null })),
					before,
				);
				const files = made.flatMap((one) => filesOfNew(one, filesOf(places, one.name)));
				const added = withIdeas(readIdeas(places.ideas), ideas, at);
				const named =
					ideas.length === 0 ? [] : [[places.ideas, serializeIdeas(added, places.ideas)] as const];
				return { step: { replaced: [...files, ...named] }, registry: after, result: undefined };
			}),
		save: (save) =>
			change((before) => {
				const { files, registry: after } = filesOfSave(before, save, { places, at: now() });
				return { step: { replaced: files }, registry: after, result: requireWorkstream(after, save.name) };
			}),
		switchTo: (name, { saved, session }) =>
			change((before) => {
				requireWorkstream(before, name);
				const at = now();
				const save = saving(before, saved, at);
				const touched = {
					name,
					state: null,
					by: 'machine',
					session,
					segment: null,
					status: 'active',
				} as const;
				const other = filesOfSave(save.registry, touched, { places, at });
				return {
					step: { replaced: lastOfEach([...save.files, ...other.files]) },
					registry: other.registry,
					result: texts(requireWorkstream(other.registry, name)),
				};
			}),
		write: (name, kind, text) =>
			change((before) => {
				const entry = requireWorkstream(before, name);
				if (Buffer.byteLength(text) > MAX_READ_BYTES)
					throw new RelayError(
						'refused',
						`A ${kind} has at most ${MAX_READ_BYTES} bytes. Nothing was saved.`,
					);
				return {
					step: { replaced: [[filesOf(places, name)[kind], text]] },
					registry: withWorkstream(before, { ...entry, last_touched: now() }),
					result: undefined,
				};
			}),
		remove: (name) =>
			change((before) => {
				requireWorkstream(before, name);
				const { folder } = filesOf(places, name);
				return {
					step: { replaced: [], removed: [folder] },
					registry: withoutWorkstream(before, name),
					result: undefined,
				};
			}),
		addIdeas: (added) =>
			changeIdeas((ideas) => {
				const after = withIdeas(ideas, added, now());
				return { after, result: after.ideas.slice(ideas.ideas.length) };
			}),
		removeIdea: (number) =>
			changeIdeas((ideas) => ({ after: withoutIdea(ideas, number), result: requireIdea(ideas, number) })),
	};
}

/** Hundreds of processes may wait for each other, each for a write of some milliseconds. */
const LOCK_MS = 60_000;

function newEntry(
	registry: Registry,
	{ name, description, status = 'active' }: NewWorkstream,
	{ at, project }: { at: string; project: string | null },
): Workstream {
	const known = findWorkstream(registry, name);
	if (known !== null)
		throw new RelayError('refused', `The workstream ${name} exists already (${known.status}).`, {
			hint: `Go on with it: agent-relay ws switch ${name}`,
		});
	const projects = project === null ? [] : [project];
	return { name, description, status, created_at: at, last_touched: at, projects };
}

function filesOfNew(
	{ name, description, state = firstState(name, description), others = [] }: NewWorkstream,
	paths: { folder: string; state: string },
): Array<readonly [string, string]> {
	return [...others.map(([file, text]) => [join(paths.folder, file), text] as const), [paths.state, state]];
}

/** A file that is written twice is written as it was last. */
function lastOfEach(files: ReadonlyArray<readonly [string, string]>): Array<readonly [string, string]> {
	return [...new Map(files)];
}

/** Removes what steps that were killed before they counted left in these folders. */
function sweep(folders: readonly string[]): void {
	for (const folder of new Set(folders))
		for (const name of namesIn(folder)) if (isStepFile(name)) removeIfThere(join(folder, name));
}
