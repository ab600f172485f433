import type { Theme } from '../../ui/theme.ts';
import type { StreamKind, TranscriptSink } from '../transcript-sink.ts';

/** A line that does not end is broken here, so that nothing is held back without end. */
const MAX_HELD_CHARS = 8 * 1024;

export interface MarkedSink extends TranscriptSink {
	/** Shows what was said of a line that may go on later. */
	flush(): void;
}

/** A transcript among others on one stream: whole lines, each behind the mark of its session. */
export function createMarkedSink(write: (text: string) => void, mark: string, theme: Theme): MarkedSink {
	const before = theme.dim(`${mark} │ `);
	let held: { kind: StreamKind; text: string } | null = null;
	const put = (text: string) => write(`${before}${text}\n`);
	const finish = () => {
		if (held !== null && held.text !== '') put(painted(held.kind, held.text, theme));
		held = null;
	};
	return {
		text(kind, text) {
			const lines = `${held?.text ?? ''}${text}`.split('\n');
			const last = lines.pop() ?? '';
			for (const line of lines) put(painted(kind, line, theme));
			held = { kind, text: last };
			if (last.length > MAX_HELD_CHARS) finish();
		},
		endText: finish,
		flush: finish,
		line(text) {
			finish();
			// A blank line tells nothing among those of others.
			if (text !== '') put(text);
		},
		status() {},
	};
}

/** Without colour, a bar before each line marks reasoning, as on any pipe. */
function painted(kind: StreamKind, text: string, theme: Theme): string {
	if (kind !== 'thought') return text;
	return theme.hasColor ? theme.dim(text) : `| ${text}`;
}
