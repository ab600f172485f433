import { RelayError } from '../../core/errors.ts';
import { jsonText } from '../../core/json-text.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import { safeLine } from '../../core/text.ts';
import type { Snapshots } from '../../git/repo-facts.ts';
import { type ReportedEdits, unshownEdits } from '../../relay/turn/unshown-edits.ts';
import { readTurnState } from '../../sessions/files/json-record.ts';
import { turnFile } from '../../sessions/files/session-paths.ts';
import type { FollowedRecord } from '../../sessions/follow/follow-session.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { describeKind, shortRef } from '../../view/describe-session.ts';
import type { WatchScreen } from '../../view/watch/watch-screen.ts';
import type { CommandContext } from '../context.ts';
import type { FollowHandlers } from './follow-sessions.ts';
import { recordToJson } from './record-json.ts';
import { SessionStory } from './session-story.ts';

export interface WatchOutput extends FollowHandlers {
	close(): void;
}

type Live = Pick<CommandContext['live'], 'print' | 'drained'>;
type Records = Pick<SessionStore, 'read' | 'folderOf'>;

/** How much may wait for a slow reader. */
const MAX_WAITING_CHARS = 256 * 1024;

export function watchAsDocuments(live: Live, store: Records): WatchOutput {
	let waiting = 0;
	return {
		onBegin: () => undefined,
		onRecord: (record) => {
			const text = jsonText(recordToJson(record, stateAfter(record, store)));
			live.print(text);
			waiting += text.length;
		},
		onEnd: () => undefined,
		onRest: () => undefined,
		drained: async () => {
			if (waiting > MAX_WAITING_CHARS) await live.drained();
			waiting = 0;
		},
		close: () => undefined,
	};
}

/** With the end of a turn, as `run --json` has it; undefined: the record ends none. */
function stateAfter({ session, source, line }: FollowedRecord, store: Records): TurnState | null | undefined {
	const { type, turn } = line.json;
	if (source !== 'log' || type !== 'turn_finished') return undefined;
	if (typeof turn !== 'number' || !Number.isSafeInteger(turn) || turn < 1) return null;
	try {
		return readTurnState(turnFile(store.folderOf(session), turn, 'state.json'));
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

const TASK_CHARS = 200;

/** `diffsOf`: from the snapshots of a worktree of this repo. */
export function watchOnScreen(
	live: Live,
	store: Records,
	screen: WatchScreen,
	diffsOf: (worktree: string) => Promise<Pick<Snapshots, 'diff'>>,
): WatchOutput {
	const stories = new Map<string, SessionStory>();
	let hasBegun = false;
	const storyOf = (id: FollowedRecord['session']): SessionStory => {
		const known = stories.get(id);
		if (known !== undefined) return known;
		const meta = readOrNull(id, store);
		const story = new SessionStory({
			sink: screen.sink(shortRef(id)),
			theme: screen.theme,
			thinking: screen.thinking,
			folder: () => store.folderOf(id),
			worktree: meta?.repo.worktree ?? '',
			// Entrants of a race show no lines on their own terminal either.
			editsOf: meta === null || meta.kind === 'race' ? undefined : editsFrom(meta, diffsOf),
			allowHint: (command) => `agent-relay config allow ${quoteForShell(command)}`,
		});
		stories.set(id, story);
		return story;
	};
	return {
		onBegin: (id) => {
			const sink = screen.sink(shortRef(id));
			if (hasBegun) sink.line('');
			hasBegun = true;
			sink.line(headOf(id, store, screen));
			storyOf(id);
		},
		onRecord: (record) => storyOf(record.session).record(record),
		onEnd: (id) => {
			storyOf(id).end();
			stories.delete(id);
		},
		onRest: () => screen.rest(),
		drained: () => live.drained(),
		close: () => {
			for (const story of stories.values()) story.finish();
			screen.close();
		},
	};
}

const editsFrom =
	({ repo }: SessionMeta, diffsOf: Parameters<typeof watchOnScreen>[3]) =>
	async (state: TurnState, reported: ReportedEdits) =>
		unshownEdits(state, reported, await diffsOf(state.worktree ?? repo.worktree));

/** `session 7F3K2Q · chat · continues 4P5VZ3 · fix the failing test`. */
function headOf(id: FollowedRecord['session'], store: Records, { theme }: WatchScreen): string {
	const meta = readOrNull(id, store);
	const facts = [
		meta === null ? '' : describeKind(meta),
		meta === null || meta.parent === null || meta.kind === 'race' ? '' : `continues ${shortRef(meta.parent)}`,
		safeLine(meta?.name ?? meta?.title ?? meta?.objective ?? '', TASK_CHARS),
	].filter((fact) => fact !== '');
	return `${theme.bold(`session ${shortRef(id)}`)}${theme.dim(facts.map((fact) => ` · ${fact}`).join(''))}`;
}

function readOrNull(id: FollowedRecord['session'], store: Records) {
	try {
		return store.read(id);
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}
