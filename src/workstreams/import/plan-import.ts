/** What an import of a folder with a `WORKSTREAMS.md` would make. Reads, and changes nothing there or here. */
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { isFolder, namesIn } from '../../core/files/folders.ts';
import { isUnreadable } from '../../core/files/read-file.ts';
import { safeLine } from '../../core/text.ts';
import { readText } from '../records/save-files.ts';
import { findWorkstream, MAX_DESCRIPTION_CHARS, type Registry } from '../registry/registry-file.ts';
import { MAX_STATE_LINES, trimmedState } from '../state/state-text.ts';
import type { NewWorkstream } from '../workstreams-contract.ts';
import { readRegistryPage } from './read-registry-page.ts';

export interface ImportPlan {
	made: readonly NewWorkstream[];
	ideas: readonly string[];
	/** What is left out, and why: sentences. */
	left: readonly string[];
}

/** Throws `not_found` where the folder has no readable `WORKSTREAMS.md`. */
export function planImport(folder: string, registry: Registry, knownIdeas: readonly string[]): ImportPlan {
	const page = readOrLeave(join(folder, 'WORKSTREAMS.md'));
	if (page === null)
		throw new RelayError('not_found', `There is no WORKSTREAMS.md in ${safeLine(folder, 300)}.`, {
			hint: 'Name the folder that holds it: agent-relay ws import DIR',
		});
	const { entries, ideas, odd } = readRegistryPage(page);
	const left = odd.map((row) => `${JSON.stringify(safeLine(row, 80))} cannot be a name, or is named twice.`);
	const made: NewWorkstream[] = [];
	for (const { name, description, status, folder: named } of entries) {
		if (findWorkstream(registry, name) !== null) {
			left.push(`${name} exists already.`);
			continue;
		}
		const place = [name, named]
			.map((one) => join(folder, one))
			.find((path) => isInside(path, folder) && isFolder(path));
		const about = safeLine(description, MAX_DESCRIPTION_CHARS);
		made.push({
			name,
			description: about,
			status,
			...(place === undefined ? {} : readFolder(name, place, left)),
		});
	}
	const known = new Set(knownIdeas);
	return {
		made,
		ideas: [...new Set(ideas.map((idea) => safeLine(idea, 1000)))].filter((idea) => !known.has(idea)),
		left,
	};
}

const isInside = (path: string, folder: string) =>
	path.startsWith(join(folder, '/')) && path !== join(folder, '/');

/** The files of agents' own memory have a meaning of their own wherever they lie. */
const NEVER_COPIED = /^(?:claude|agents|gemini|memory)\.md$/i;
const COPIED = /^[A-Za-z0-9][\w.-]{0,99}\.md$/;

function readFolder(name: string, folder: string, left: string[]): Pick<NewWorkstream, 'state' | 'others'> {
	const session = readOrLeave(join(folder, 'SESSION.md'));
	const others: Array<readonly [string, string]> = [];
	for (const file of namesIn(folder).sort()) {
		if (!/\.md$/i.test(file) || file === 'SESSION.md') continue;
		const text =
			COPIED.test(file) && file !== 'state.md' && !NEVER_COPIED.test(file)
				? readOrLeave(join(folder, file))
				: null;
		if (text === null) left.push(`${name}/${safeLine(file, 80)} is not copied.`);
		else others.push([file, text]);
	}
	const first = session?.split('\n').slice(0, MAX_STATE_LINES).join('\n');
	return { others, ...(first === undefined ? {} : { state: trimmedState(first) }) };
}

/** null: there is none, or something that is not a file. */
function readOrLeave(path: string): string | null {
	try {
		return readText(path);
	} catch (error) {
		if (isUnreadable(error)) return null;
		throw error;
	}
}
