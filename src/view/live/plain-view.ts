/** A transcript for pipes and logs: no cursor movement, answers on one stream, everything about them on another. */
import type { Theme } from '../../ui/theme.ts';
import type { StreamKind, TranscriptSink } from '../transcript-sink.ts';

export interface PlainStreams {
	/** Answers. */
	output: { write(text: string): unknown };
	/** Tool lines, footers, notices, reasoning. May be the same stream. */
	errorOutput: { write(text: string): unknown };
}

export function createPlainSink({ output, errorOutput }: PlainStreams, theme: Theme): TranscriptSink {
	let open: StreamKind | null = null;
	let atLineStart = true;
	const streamOf = (kind: StreamKind) => (kind === 'thought' ? errorOutput : output);
	return {
		text(kind, text) {
			if (text === '') return;
			open = kind;
			streamOf(kind).write(kind === 'thought' ? markThought(text, atLineStart, theme) : text);
			atLineStart = text.endsWith('\n');
		},
		endText() {
			if (open !== null && !atLineStart) streamOf(open).write('\n');
			open = null;
			atLineStart = true;
		},
		line(text) {
			errorOutput.write(`${text}\n`);
		},
		heading(text) {
			output.write(`${text}\n`);
		},
		status() {},
	};
}

/** Without colour, a bar before each line marks reasoning. */
function markThought(text: string, atLineStart: boolean, theme: Theme): string {
	if (theme.hasColor) return theme.dim(text);
	return (atLineStart ? '| ' : '') + text.replace(/\n(?=.)/gs, '\n| ');
}
