import type { Clock } from '../../core/clock.ts';
import type { TakeNotices } from '../../core/take-notices.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import type { Drawing } from '../../ui/drawing.ts';
import type { LiveRegion, TerminalOutput } from '../../ui/screen-writer.ts';
import type { Theme } from '../../ui/theme.ts';
import type { AllowHint } from '../describe-tool.ts';
import { Transcript } from '../transcript.ts';
import type { LiveView } from './live-view.ts';
import { createPlainSink } from './plain-view.ts';
import type { Waiting } from './status-rows.ts';

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
	/** Who takes answers on that terminal to what agents ask; absent: nobody does. */
	answers?: ((on: { view: LiveView; transcript: Transcript }) => Answers) | undefined;
}

/** Answers to agents' questions where they are shown. */
interface Answers {
	/** False: the screen is not to show it, or not yet. */
	event(event: RelayEvent): boolean;
	/** What keys do now, in rows of at most `columns`. */
	keys(columns: number): readonly string[];
	/** In place of the agent and its time; null: nothing is asked. */
	waitsFor(columns: number): Waiting | null;
	/** The line for what is written; null: nothing is. */
	layout(room: { columns: number; maxRows: number }): LiveRegion | null;
	close(): void;
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
	// Loaded here: what is piped is drawn without them.
	const [{ LiveView }, { ScreenWriter }] = await Promise.all([
		import('./live-view.ts'),
		import('../../ui/screen-writer.ts'),
	]);
	const view: LiveView = new LiveView({
		screen: new ScreenWriter(output, { ascii: rest.drawing?.ascii }),
		motion: rest.drawing?.motion,
		theme: rest.theme,
		clock: rest.clock,
		layoutEdit: (room) => answers?.layout(room) ?? null,
		rowsAboveStatus: (columns) => answers?.keys(columns) ?? [],
		waitsFor: (columns) => answers?.waitsFor(columns) ?? null,
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
	const answers = rest.answers?.({ view, transcript }) ?? null;
	const returnNotices = rest.takeNotices?.((text) => {
		transcript.event({ type: 'notice', level: 'warning', text });
		// A question may be asked next, by others who draw on the terminal.
		view.flush();
	});
	return {
		event: (event) => {
			// Before a question is shown: what was typed until then does not answer it.
			if (answers?.event(event) ?? true) transcript.event(event);
		},
		close: () => {
			transcript.finish();
			answers?.close();
			view.close();
			returnNotices?.();
		},
	};
}
