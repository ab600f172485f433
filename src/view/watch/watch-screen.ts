import type { Clock } from '../../core/clock.ts';
import type { Drawing } from '../../ui/drawing.ts';
import { ScreenWriter, type TerminalOutput } from '../../ui/screen-writer.ts';
import type { Theme } from '../../ui/theme.ts';
import { LiveView } from '../live/live-view.ts';
import { createPlainSink } from '../live/plain-view.ts';
import type { TranscriptSink } from '../transcript-sink.ts';
import { createMarkedSink, type MarkedSink } from './marked-sink.ts';

/** Where `watch` draws what other processes do. */
export interface WatchScreen {
	readonly theme: Theme;
	/** `ui.thinking`. */
	readonly thinking: 'dim' | 'hide' | undefined;
	/** For one session; `mark` names it on each line where several are shown at once. */
	sink(mark: string): TranscriptSink;
	/** Nothing happens for the moment: shows what waits for the rest of its line. */
	rest(): void;
	/** Shows what is held back and leaves the cursor on a fresh line. Idempotent. */
	close(): void;
}

export interface WatchScreenOptions extends Pick<WatchScreen, 'theme' | 'thinking'> {
	output: TerminalOutput & { isTTY?: boolean };
	/** Its `monotonic` counts in the time of the records, so that what was already running is shown with its real time. */
	clock: Clock;
	/** Absent: with all glyphs. */
	drawing?: Drawing;
	/** Several sessions are shown at once. */
	isMarked: boolean;
}

/** Live on a terminal, plain elsewhere: all of it on one stream, as reading commands print. */
export async function openWatchScreen({
	output,
	theme,
	thinking,
	clock,
	drawing,
	isMarked,
}: WatchScreenOptions): Promise<WatchScreen> {
	const write = (text: string) => void output.write(text);
	const nothing = () => undefined;
	if (isMarked) return { theme, thinking, ...markedScreen(write, theme) };
	if (output.isTTY !== true) {
		const sink = createPlainSink({ output, errorOutput: output }, theme);
		return { theme, thinking, sink: () => sink, rest: nothing, close: nothing };
	}
	const view = new LiveView({
		screen: new ScreenWriter(output, { ascii: drawing?.ascii }),
		motion: drawing?.motion,
		theme,
		clock,
		layoutEdit: null,
		keyHint: () => 'Ctrl+C ends the watch',
		spinMs: SPIN_MS,
	});
	await view.ready();
	return { theme, thinking, sink: () => unskipped(view), rest: nothing, close: () => view.close() };
}

function markedScreen(
	write: (text: string) => void,
	theme: Theme,
): Pick<WatchScreen, 'sink' | 'rest' | 'close'> {
	const sinks = new Map<string, MarkedSink>();
	const rest = () => {
		for (const sink of sinks.values()) sink.flush();
	};
	const sink = (mark: string) => {
		const known = sinks.get(mark) ?? createMarkedSink(write, mark, theme);
		sinks.set(mark, known);
		return known;
	};
	return { sink, rest, close: rest };
}

/** Somebody who reads along sees that time passes; a faster wheel costs 1 % of a processor. */
const SPIN_MS = 1000;
/** What a view takes without skipping any. */
const PIECE_CHARS = 64 * 1024;

/** Earlier output is shown as fast as it can be drawn, and all of it. */
function unskipped(view: LiveView): TranscriptSink {
	let waiting = 0;
	const took = (chars: number) => {
		waiting += chars;
		if (waiting < PIECE_CHARS) return;
		view.flush();
		waiting = 0;
	};
	return {
		text: (kind, text) => {
			for (let at = 0; at < text.length; at += PIECE_CHARS) {
				const piece = text.slice(at, at + PIECE_CHARS);
				view.text(kind, piece);
				took(piece.length);
			}
		},
		endText: () => view.endText(),
		line: (text) => {
			view.line(text);
			took(text.length);
		},
		status: (status) => view.status(status),
	};
}
