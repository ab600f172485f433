import { fstatSync } from 'node:fs';
import type { App } from '../../app/create-app.ts';

/** Whoever writes has it ready. */
const LONGEST_MS = 3_000;

/** As `CommandLine.readInput`. */
export async function readInput(
	maxBytes: number,
	{ streams, clock }: Pick<App, 'streams' | 'clock'>,
): Promise<string | null> {
	if (!isWritten()) return null;
	const stream = streams.input;
	const chunks: Buffer[] = [];
	let size = 0;
	const ended = new AbortController();
	let isWhole = false;
	stream.on('data', (chunk: Buffer) => {
		size += chunk.length;
		if (size > maxBytes) ended.abort();
		else chunks.push(chunk);
	});
	stream.on('end', () => {
		isWhole = size <= maxBytes;
		ended.abort();
	});
	stream.on('error', () => ended.abort());
	await clock.sleep(LONGEST_MS, ended.signal);
	stream.pause();
	return isWhole ? Buffer.concat(chunks).toString('utf8') : null;
}

function isWritten(): boolean {
	try {
		const facts = fstatSync(0);
		return facts.isFIFO() || facts.isFile() || facts.isSocket();
	} catch {
		return false;
	}
}
