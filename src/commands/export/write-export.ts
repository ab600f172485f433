import { yieldToIo } from '../../core/clock.ts';
import { type NewFile, openNewFile } from '../../core/files/new-file.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import type { Live } from '../live.ts';
import type { Export } from './document.ts';
import { renderHtml } from './render/render-html.ts';
import { renderJson } from './render/render-json.ts';
import { renderMarkdown } from './render/render-markdown.ts';
import { type Format, isThere, type Target } from './target.ts';

const RENDERERS = { md: renderMarkdown, json: renderJson, html: renderHtml } as const;

/** How many bytes were written. Throws the reason of `signal` once that is aborted, `refused` where a file has come meanwhile, `disk_full`, `not_writable`; no part of a file is left. */
export async function writeExport(
	exported: Export,
	{ file, format, isForced }: { file: Target; format: Format; isForced: boolean },
	{ live, signal }: { live: Pick<Live, 'print' | 'drained'>; signal: AbortSignal },
): Promise<number> {
	const pieces = until(signal, RENDERERS[format](exported));
	if (file === null) return print(pieces, live);
	const open = explainingWrites(file, () => openNewFile(file));
	try {
		const bytes = await fill(open, file, pieces);
		if (!explainingWrites(file, () => open.finish({ isReplacing: isForced }))) throw isThere(file);
		return bytes;
	} finally {
		open.discard();
	}
}

/** A signal is heard between two pieces. Throws the reason of `signal`. */
async function* until(signal: AbortSignal, pieces: AsyncIterable<string>): AsyncGenerator<string> {
	for await (const piece of pieces) {
		await yieldToIo();
		signal.throwIfAborted();
		yield piece;
	}
}

async function fill(open: NewFile, file: string, pieces: AsyncIterable<string>): Promise<number> {
	let bytes = 0;
	for await (const piece of pieces) {
		explainingWrites(file, () => open.write(piece));
		bytes += Buffer.byteLength(piece);
	}
	return bytes;
}

async function print(pieces: AsyncIterable<string>, live: Pick<Live, 'print' | 'drained'>): Promise<number> {
	let bytes = 0;
	for await (const piece of pieces) {
		live.print(piece);
		bytes += Buffer.byteLength(piece);
		await live.drained();
	}
	return bytes;
}
