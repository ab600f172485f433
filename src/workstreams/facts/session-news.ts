/** What the records of a session say of its work, in the lines of a state and of a hint. Nothing is asked of any model. */
import type { SessionId } from '../../core/ids.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { createRedactor, type Redactor } from '../../handoff/redact.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import { isDone } from '../../sessions/turns/is-done.ts';
import { reportedPlan } from '../../sessions/turns/standing-plan.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { spokenMessages } from '../../turns/spoken-text.ts';
import { readTurnRecord } from '../../turns/turn-records.ts';
import type { SavingSession, SegmentFacts } from '../records/save-files.ts';
import type { StateNews } from '../state/state-text.ts';
import { decisionsIn } from './stated-decisions.ts';

export interface SessionNews {
	session: SavingSession;
	news: StateNews;
	/** null: nothing has happened since. */
	segment: SegmentFacts | null;
	/** The turns of the segment, oldest first. */
	described: readonly DescribedTurn[];
}

/** A turn in words, without secrets. */
export interface DescribedTurn {
	asked: string;
	/** How it ended, and what came of it. */
	outcome: string;
	/** The last words of the agent. */
	said: string;
}

export interface NewsSource {
	store: Pick<SessionStore, 'read' | 'turns' | 'folderOf' | 'witness'>;
	/** Values of secret-named variables. */
	secrets: readonly string[];
	/** Now, ISO-8601. */
	at: string;
	/** The state has, in an agent's words, all that happened before: the records do not replace them while nothing new has happened. */
	isInWords?: boolean;
}

/** `since`: ISO-8601, the end of what the state has; null: it has nothing. Throws like `SessionStore.read`. */
export function sessionNews(id: SessionId, since: string | null, source: NewsSource): SessionNews {
	const { store, at, isInWords = false } = source;
	const meta = store.read(id);
	const turns = store.turns(id);
	const redactor = createRedactor(source.secrets);
	const fresh = turns.filter((turn) => since === null || (turn.ended_at ?? turn.started_at) > since);
	// A turn that still runs is described once it has ended; its decisions count at once.
	const ended = fresh.filter(({ ended_at }) => ended_at !== null);
	const described = fresh.slice(-MAX_TURNS).map((state) => describeTurn(id, state, { store, redactor }));
	const notes = meta.notes.filter((note) => note.kind === 'note' && (since === null || note.at > since));
	const decisions = [
		...notes.map(({ text }) => cleanLine(text, redactor)),
		...described.flatMap(({ decisions: found }) => found),
	].slice(-MAX_DECISIONS);
	const over = described.filter(({ isOver }) => isOver);
	const bullets = over.map(({ bullet }) => bullet);
	const isWritten = isInWords && fresh.length === 0;
	return {
		session: { id, project: meta.repo.worktree, agents: Object.keys(meta.agents) },
		news: {
			status: isWritten ? null : statusLines(meta, turns, redactor),
			decisions,
			next: isWritten ? null : nextLines(meta, turns, redactor),
			session:
				turns.length === 0 ? null : { key: id.slice(-6), text: describeSession(meta, turns, redactor) },
		},
		segment:
			bullets.length === 0 && notes.length === 0
				? null
				: { from: since ?? meta.created_at, to: lastTime(ended) ?? at, bullets, decisions },
		described: over.map(({ turn }) => turn),
	};
}

/** A session of hundreds of turns is described by its last ones. */
const MAX_TURNS = 30;
const MAX_DECISIONS = 8;
const MAX_CHARS = 240;
/** The beginning and the last words of a turn are enough. */
const LOG_BYTES = 64 * 1024;

function describeTurn(
	id: SessionId,
	state: TurnState,
	{ store, redactor }: Pick<NewsSource, 'store'> & { redactor: Redactor },
): { bullet: string; decisions: string[]; isOver: boolean; turn: DescribedTurn } {
	const record = readTurnRecord({ folder: store.folderOf(id), state, witness: store.witness(id) }, LOG_BYTES);
	const asked = cleanLine(record.userPrompt ?? '', redactor, 120);
	const last = redactor.record(spokenMessages(record.events).at(-1) ?? '');
	const outcome = [
		`${state.agent} ${OUTCOMES[state.status]}`,
		filesOf(state),
		...state.validation.map(({ kind, status }) => `${kind} ${status}`),
	].filter((part) => part !== '');
	return {
		turn: {
			asked: cleanLine(record.userPrompt ?? '', redactor, 600),
			outcome: safeLine(outcome.join(', '), MAX_CHARS),
			said: safeLine(last, 1500),
		},
		bullet: safeLine(`${asked === '' ? 'Continued' : asked}: ${outcome.join(', ')}`, MAX_CHARS),
		decisions: decisionsIn(last).map((text) => safeLine(text, MAX_CHARS)),
		isOver: state.ended_at !== null,
	};
}

const OUTCOMES: Record<TurnState['status'], string> = {
	running: 'is at work',
	completed: 'finished',
	limited: 'met a limit',
	failed: 'failed',
	cancelled: 'was stopped',
	timed_out: 'ran out of time',
	outcome_unknown: 'was cut off',
};

function filesOf({ files }: TurnState): string {
	if (files.length === 0) return '';
	const names = files.slice(0, 3).map(({ path }) => path);
	const more = files.length > names.length ? ', …' : '';
	return `${formatPlural(files.length, 'file')} changed (${names.join(', ')}${more})`;
}

/** null where no turn ran: the state stays what it was. */
function statusLines(meta: SessionMeta, turns: readonly TurnState[], redactor: Redactor): string[] | null {
	const last = turns.at(-1);
	if (last === undefined) return null;
	const task = cleanLine(meta.last_prompt ?? meta.objective ?? '', redactor, 160);
	const failed = last.validation.filter(({ status }) => status === 'failed').map(({ command }) => command);
	return [
		`Last task: ${task === '' ? 'not known' : task}`,
		`${last.agent} ${OUTCOMES[last.status]}${last.ended_at === null ? '' : ` on ${last.ended_at.slice(0, 10)}`}, in ${meta.repo.worktree}${meta.repo.branch === null ? '' : ` (${meta.repo.branch})`}`,
		...failed.map((command) => `Fails: ${cleanLine(command, redactor)}`),
	];
}

/** What is open of the plan, and a task without an answer; null where neither is known. */
function nextLines(meta: SessionMeta, turns: readonly TurnState[], redactor: Redactor): string[] | null {
	const plan = reportedPlan(turns);
	const last = turns.at(-1);
	const waiting = meta.checkpoint?.pending_prompt ?? null;
	const isOpen = last !== undefined && !isDone(last);
	if (plan === null && waiting === null && !isOpen) return null;
	const open = (plan ?? []).filter(({ status }) => status !== 'completed');
	const task = waiting ?? (isOpen ? (meta.last_prompt ?? null) : null);
	return [
		...(task === null ? [] : [`Finish: ${cleanLine(task, redactor, 160)}`]),
		...open.slice(0, MAX_STEPS).map(({ text }) => cleanLine(text, redactor)),
	];
}

const MAX_STEPS = 15;

function describeSession(meta: SessionMeta, turns: readonly TurnState[], redactor: Redactor): string {
	const agents = Object.keys(meta.agents).join(' and ');
	const what = cleanLine(meta.title ?? meta.objective ?? '', redactor, 100);
	return safeLine(
		`${meta.created_at.slice(0, 10)}, ${agents}, ${formatPlural(turns.length, 'turn')}: ${what}`,
		MAX_CHARS,
	);
}

const cleanLine = (text: string, redactor: Redactor, maxChars = MAX_CHARS) =>
	safeLine(redactor.record(text), maxChars);

const lastTime = (turns: readonly TurnState[]): string | null =>
	turns
		.map(({ ended_at, started_at }) => ended_at ?? started_at)
		.toSorted()
		.at(-1) ?? null;
