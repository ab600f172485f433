import type { Clock } from '../../core/clock.ts';
import type { TakeNotices } from '../../core/take-notices.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import type { Drawing } from '../../ui/drawing.ts';
import { ScreenWriter, type TerminalOutput } from '../../ui/screen-writer.ts';
import type { Theme } from '../../ui/theme.ts';
import type { AllowHint } from '../describe-tool.ts';
import { Transcript } from '../transcript.ts';
import { LiveView } from './live-view.ts';
import { createPlainSink } from './plain-view.ts';

export interface OpenViewOptions {
	output: TerminalOutput & { isTTY?: boolean };
	errorOutput: { write(text: string): unknown };
	theme: Theme;
	clock: Clock;
	/** Cut from the front of paths. */
	worktree: string;
	allowHint: AllowHint;
	/** The user's Ctrl+C was heard, and what runs has not ended yet. */
	isStopping?: () => boolean;
	/** What shows all that a command printed, by its number in the session. */
	outputHint?: ((number: number) => string) | undefined;
	/** How many commands agents ran in the session of that folder before a turn. */
	commandsBefore?: ((folder: string, turn: number) => number) | undefined;
	/** Absent: notices stay on stderr, also while something is drawn on the terminal. */
	takeNotices?: TakeNotices | undefined;
	/** Absent: with all glyphs, and in motion. */
	drawing?: Drawing | undefined;
	/** `ui.thinking`. */
	thinking?: 'dim' | 'hide' | undefined;
}

export interface RunView {
	event(event: RelayEvent): void;
	/** Shows what is still held back and leaves the cursor on a fresh line. Call it before anything else writes. */
	close(): void;
}

const typedDiffHint = (turn: number) => `agent-relay diff --turn ${turn}`;

/** The view of one prompt without an edit line (`run`): live on a terminal, plain elsewhere. */
export async function openRunView({ output, errorOutput, ...rest }: OpenViewOptions): Promise<RunView> {
	if (output.isTTY !== true) {
		const transcript = new Transcript({
			...rest,
			diffHint: typedDiffHint,
			namesReceiver: true,
			sink: createPlainSink({ output, errorOutput }, rest.theme),
		});
		return { event: (event) => transcript.event(event), close: () => transcript.finish() };
	}
	const view = new LiveView({
		screen: new ScreenWriter(output, { ascii: rest.drawing?.ascii }),
		motion: rest.drawing?.motion,
		theme: rest.theme,
		clock: rest.clock,
		layoutEdit: null,
		keyHint: (stops) => (rest.isStopping?.() ? 'stopping, Ctrl+C kills' : stops),
	});
	await view.ready();
	const answer = 'Enter sends what you type, unseen and unrecorded · Ctrl+D refuses';
	const transcript = new Transcript({
		...rest,
		answer,
		diffHint: typedDiffHint,
		namesReceiver: true,
		sink: view,
	});
	const returnNotices = rest.takeNotices?.((text) => {
		transcript.event({ type: 'notice', level: 'warning', text });
		// A question may be asked next, by others who draw on the terminal.
		view.flush();
	});
	return {
		event: (event) => transcript.event(event),
		close: () => {
			transcript.finish();
			view.close();
			returnNotices?.();
		},
	};
}
