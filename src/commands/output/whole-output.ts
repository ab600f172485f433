/** An output that the events keep only in part, found again in what the agent's program wrote. */
import { excerptOutput } from '../../agents/reading/excerpt.ts';
import { LineSplitter } from '../../core/files/line-splitter.ts';
import { filePieces } from '../../core/files/read-pieces.ts';

interface Excerpted {
	/** The call's. */
	id: string;
	output: string;
	/** The whole output's. */
	outputBytes: number;
}

/** null: it is not there in one piece. Only a text that gives the same excerpt is the one. */
export function wholeOutput(rawPath: string, { id, output, outputBytes }: Excerpted): string | null {
	const splitter = new LineSplitter();
	let found: string | null = null;
	for (const piece of filePieces(rawPath)?.pieces() ?? [])
		for (const line of splitter.push(piece)) {
			// A line that holds all of it is longer than it is.
			if (line.kind !== 'line' || line.text.length < output.length || !line.text.includes(id)) continue;
			const isIt = (text: string) =>
				Buffer.byteLength(text) === outputBytes && excerptOutput(text) === output;
			found = findText(parsed(line.text), isIt) ?? found;
		}
	return found;
}

function parsed(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return null;
	}
}

/** Deeper than any CLI nests what a tool printed. */
const MAX_DEPTH = 12;

function findText(value: unknown, isIt: (text: string) => boolean, depth = 0): string | null {
	if (typeof value === 'string') return isIt(value) ? value : null;
	if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return null;
	for (const inner of Object.values(value)) {
		const found = findText(inner, isIt, depth + 1);
		if (found !== null) return found;
	}
	return null;
}
