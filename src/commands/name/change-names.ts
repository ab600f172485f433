/** What changes names and starts nothing: create, select, archive, unarchive, rebind. What is already so is a notice, and written nowhere. */
import { join, resolve } from 'node:path';
import { toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { isFolder } from '../../core/files/folders.ts';
import { realPathIfThere } from '../../core/files/real-path.ts';
import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { isLive, newEntry } from '../../sessions/names/line-of-work.ts';
import { type ChangeOfName, whyNotChanged, whyNotDefault } from '../../sessions/names/name-guards.ts';
import { DEFAULT_NAME, type NameId, requireNameId } from '../../sessions/names/name-id.ts';
import {
	findName,
	MAX_LABEL_CHARS,
	type NameEntry,
	type Names,
	requireName,
	withName,
} from '../../sessions/names/name-registry.ts';
import type { Body, Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { type NameView, nameToJson, viewName } from './name-view.ts';

export interface ChangedData {
	name: NameView;
	done: 'created' | 'selected' | 'archived' | 'taken back' | 'bound';
	/** False: it was so already. */
	isChanged: boolean;
	/** What the user should know about it; safe. */
	warnings: readonly string[];
}

/** Gives the names to write, or the same where nothing is to be done. Throws what refuses it. */
type Change = (names: Names, at: string) => Names;

export const createName: Body<{ id: string; label: string | null; worktree: string | null }, ChangedData> = {
	run: async (context, options) => {
		const id = requireNameId(options.id);
		if (id === DEFAULT_NAME)
			throw new RelayError('refused', 'default always exists; it cannot be created.', {
				hint: 'Choose another id.',
			});
		const label = options.label === null ? null : requireLabel(options.label);
		const { path, warnings } = boundFolder(context, options.worktree);
		const create: Change = (names, at) => {
			const known = findName(names, id);
			if (known === null) return withName(names, newEntry({ id, worktree: path, label, at }));
			if (known.lifecycle === 'archived')
				throw new RelayError('refused', `The name ${id} exists and is archived.`, {
					hint: `Take it back: agent-relay name unarchive ${id}`,
				});
			if (known.worktree === path && (label === null || known.label === label)) return names;
			throw new RelayError(
				'refused',
				`The name ${id} exists and is bound to ${safeLine(known.worktree, 300)}.`,
				{
					hint: `Bind it to another folder: agent-relay name rebind ${id} --worktree PATH`,
				},
			);
		};
		return changed(context, { id, done: 'created', change: create, warnings });
	},
	toJson,
};

export const selectName: Body<{ id: string }, ChangedData> = {
	run: async (context, { id: typed }) => {
		const id = requireNameId(typed);
		const select: Change = (names) => {
			if (id !== DEFAULT_NAME) refuse('select', requireName(names, id), names, false);
			const selected = id === DEFAULT_NAME ? null : id;
			return names.selected === selected ? names : { ...names, selected };
		};
		return changed(context, { id, done: 'selected', change: select });
	},
	toJson,
};

export const archiveName: Body<{ id: string }, ChangedData> = {
	run: async (context, { id: typed }) => {
		const id = ofUser('archive', typed);
		const { live } = await context.names();
		const archive: Change = (names) => {
			const entry = requireName(names, id);
			if (entry.lifecycle === 'archived') return names;
			refuse('archive', entry, names, isLive(live, id));
			return withName(names, { ...entry, lifecycle: 'archived' });
		};
		return changed(context, { id, done: 'archived', change: archive });
	},
	toJson,
};

export const unarchiveName: Body<{ id: string }, ChangedData> = {
	run: async (context, { id: typed }) => {
		const id = ofUser('unarchive', typed);
		const takeBack: Change = (names) => {
			const entry = requireName(names, id);
			return entry.lifecycle === 'archived' ? withName(names, { ...entry, lifecycle: 'inactive' }) : names;
		};
		return changed(context, { id, done: 'taken back', change: takeBack });
	},
	toJson,
};

export const rebindName: Body<{ id: string; worktree: string | null }, ChangedData> = {
	run: async (context, options) => {
		const id = ofUser('rebind', options.id);
		const { live } = await context.names();
		const { path, warnings } = boundFolder(context, options.worktree);
		const rebind: Change = (names) => {
			const entry = requireName(names, id);
			refuse('rebind', entry, names, isLive(live, id));
			return entry.worktree === path ? names : withName(names, { ...entry, worktree: path });
		};
		return changed(context, { id, done: 'bound', change: rebind, warnings });
	},
	toJson,
};

function toJson({ name, isChanged, warnings }: ChangedData): Record<string, unknown> {
	return { changed: isChanged, warnings, name: nameToJson(name) };
}

async function changed(
	{ names: openNames, clock }: CommandContext,
	{
		id,
		done,
		change,
		warnings = [],
	}: { id: NameId; done: ChangedData['done']; change: Change; warnings?: readonly string[] },
): Promise<Result<ChangedData>> {
	const { registry, live } = await openNames();
	// What is refused, or so already, makes no file and waits for no lock.
	const before = registry.read();
	const wouldChange = change(before, toIso(clock.now())) !== before;
	let isChanged = false;
	const act = (names: Names) => {
		const after = change(names, toIso(clock.now()));
		isChanged = after !== names;
		return after;
	};
	const names = wouldChange ? registry.change(act) : before;
	const name = viewName(id, names, live);
	const shared = isChanged && (done === 'created' || done === 'bound') ? sharing(name) : [];
	return { exitCode: EXIT.done, data: { name, done, isChanged, warnings: [...warnings, ...shared] } };
}

const sharing = ({ id, sharedWith: [other] }: NameView): string[] =>
	other === undefined
		? []
		: [`${id} and ${other} are bound to the same folder: only one of them can be live.`];

function refuse(
	change: ChangeOfName,
	{ id, lifecycle }: NameEntry,
	{ selected }: Names,
	isNameLive: boolean,
): void {
	const why = whyNotChanged(change, { id, lifecycle, isLive: isNameLive, isSelected: selected === id });
	if (why !== null) throw why;
}

/** A name that is not `default`. */
function ofUser(change: 'archive' | 'unarchive' | 'rebind', typed: string): NameId {
	const id = requireNameId(typed);
	const why = whyNotDefault(change, id);
	if (why !== null) throw why;
	return id;
}

function requireLabel(label: string): string {
	if ([...label].length <= MAX_LABEL_CHARS && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(label)) return label;
	throw new RelayError('usage', `A label is one line of at most ${MAX_LABEL_CHARS} characters.`);
}

/** The real path of the folder that is meant. Throws `not_found`. */
function boundFolder({ folder }: CommandContext, typed: string | null): { path: string; warnings: string[] } {
	const asked = resolve(folder, typed ?? '.');
	const path = realPathIfThere(asked);
	if (!isFolder(path))
		throw new RelayError('not_found', `${safeLine(asked, 300)} is not a folder that is there.`, {
			hint: 'Name a folder: --worktree PATH',
		});
	const isRoot = lstatIfThere(join(path, '.git')) !== undefined;
	return { path, warnings: isRoot ? [] : [`${safeLine(path, 300)} is not the root of a worktree.`] };
}
