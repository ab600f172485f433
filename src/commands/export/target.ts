/** Where an export goes, and in which format. */
import { extname, isAbsolute, join } from 'node:path';
import { RelayError } from '../../core/errors.ts';

const FORMATS = ['md', 'json', 'html'] as const;
export type Format = (typeof FORMATS)[number];

/** null: stdout. Otherwise absolute. */
export type Target = string | null;

export interface TargetOptions {
	/** `-o`: as typed; null: not given. */
	output: string | null;
	format: Format;
	/** What is printed goes to a terminal, so a file is made. */
	isOnTerminal: boolean;
	id: string;
	/** The folder that a relative path is meant from. */
	folder: string;
}

/** In a pipe stdout, on a terminal a file of this folder that is named after the session. */
export function targetOf({ output, format, isOnTerminal, id, folder }: TargetOptions): Target {
	if (output === '-') return null;
	if (output === null)
		return isOnTerminal ? join(folder, `agent-relay-${id.slice(-6).toLowerCase()}.${format}`) : null;
	return isAbsolute(output) ? output : join(folder, output);
}

/** As asked for, else as the name of the file ends, else Markdown. */
export function formatOf(asked: Format | null, output: string | null): Format {
	const ending = extname(output ?? '')
		.slice(1)
		.toLowerCase();
	const byName = ending === 'htm' ? 'html' : FORMATS.find((format) => format === ending);
	return asked ?? byName ?? 'md';
}

export const isThere = (path: string): RelayError =>
	new RelayError('refused', `${path} is there already; nothing was written.`, {
		hint: 'Give --force to replace it, or name another file: -o FILE',
	});
