/** One table at the end of a TOML file of another program, between marks: put in and taken out as text, to the byte. */
import { RelayError } from '../../core/errors.ts';

const BEGIN = '# agent-relay: this table is from `agent-relay mcp install`';
/** The file did not end with a line break before. */
const BEGIN_JOINED = `${BEGIN}, and so is the line break before it`;
const END = '# agent-relay: end';
const BLOCK = new RegExp(`(\\n?)${BEGIN}(, and so is the line break before it)?\\n[\\s\\S]*?\\n${END}\\n`);

/** Throws `refused` where another entry of that name is there, or the file has the parent as a value. */
export function addTomlEntry(text: string, parent: string, name: string, lines: readonly string[]): string {
	const isValue = new RegExp(`^[ \\t]*${parent}[ \\t]*=`, 'm').test(text);
	const isThere = new RegExp(`^[ \\t]*(?:\\[[ \\t]*)?"?${parent}"?[ \\t]*\\.[ \\t]*"?${name}\\b`, 'm').test(
		text,
	);
	if (isValue || isThere)
		throw new RelayError(
			'refused',
			`The file has ${isThere ? `a ${name} of its own` : `${parent} as a value`}.`,
			{
				hint: 'Remove it, or add the server by hand: docs/mcp.md',
			},
		);
	const isJoined = text !== '' && !text.endsWith('\n');
	const table = [`[${parent}.${name}]`, ...lines];
	return `${text}${isJoined ? '\n' : ''}${[isJoined ? BEGIN_JOINED : BEGIN, ...table, END].join('\n')}\n`;
}

/** The text without the marked table; null where it has none. */
export function removeTomlEntry(text: string): string | null {
	const found = BLOCK.exec(text);
	if (found === null) return null;
	const [whole, lineBreak = '', joined] = found;
	const kept = joined === undefined ? lineBreak : '';
	return text.slice(0, found.index) + kept + text.slice(found.index + whole.length);
}
