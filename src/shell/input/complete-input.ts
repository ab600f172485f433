/** What Tab completes: commands after `/`, their arguments, and paths after `@`. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import type { Candidate, Complete, Completion } from '../editor/completion.ts';
import { findCommand } from '../slash/find-command.ts';
import type { CompletionContext } from '../slash/slash-command.ts';

/** At most this many entries of a folder are offered. */
const MAX_ENTRIES = 200;

export function createComplete(context: CompletionContext): Complete {
	return async (text, cursor) => {
		const typed = text.slice(0, cursor);
		const path = /(?:^|\s)@(\S*)$/.exec(typed);
		if (path) return completePath(context.relay.place().folder, path[1] ?? '', cursor);
		const command = /^\/(\S*)(\s+)?([\s\S]*)$/.exec(typed);
		if (!command) return { from: cursor, candidates: [] };
		const [, name = '', space, argument = ''] = command;
		if (space === undefined) return { from: 0, candidates: commandCandidates(context) };
		const from = cursor - (/\S*$/.exec(argument)?.[0].length ?? 0);
		return {
			from,
			candidates: (await findCommand(context.commands, name)?.complete(context, argument)) ?? [],
		};
	};
}

function commandCandidates({ commands }: CompletionContext): Candidate[] {
	return commands.map(({ name, summary }) => ({ value: `/${name}`, hint: summary }));
}

/** Only names below the folder where agents start; hidden ones only once their dot is typed. */
async function completePath(start: string, typed: string, cursor: number): Promise<Completion> {
	const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
	const begun = typed.slice(folder.length);
	const from = cursor - typed.length;
	if (folder.startsWith('/') || folder.split('/').includes('..')) return { from, candidates: [] };
	const entries = await entriesOf(join(start, folder));
	const candidates = entries
		.filter((entry) => entry.name.startsWith(begun) && (begun.startsWith('.') || !entry.name.startsWith('.')))
		.filter((entry) => entry.name === safeLine(entry.name, 255) && !/\s/.test(entry.name))
		.slice(0, MAX_ENTRIES)
		.map((entry) => ({
			value: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`,
			isOpen: entry.isDirectory(),
		}));
	return { from, candidates };
}

async function entriesOf(folder: string) {
	try {
		const entries = await readdir(folder, { withFileTypes: true });
		return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
		throw error;
	}
}
