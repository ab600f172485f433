import type { AgentAdapter, ThreadTotals, TurnRequest } from '../agents/agent-adapter.ts';
import type { Answer, AnsweredBy, Question } from '../agents/asking/question.ts';
import type { AgentEvent, PlanItem, TokenCounts } from '../agents/events.ts';
import type { Clock } from '../core/clock.ts';
import type { ProcessTable } from '../core/processes/process-table.ts';
import type { Snapshot, Snapshots } from '../git/repo-facts.ts';
import type { ConversationUse } from '../sessions/lineage/native-conversations.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import type { StartAgentProcess } from '../terminal/agent-process.ts';
import type { RunningAgents } from './process/running-agents.ts';

/** What to run: one prompt for one agent. */
export interface TurnSpec {
	adapter: AgentAdapter;
	/** null: not known yet; the end of the turn looks again. */
	agentVersion: string | null;
	/** Absolute path of the agent's program. */
	executable: string;
	request: TurnRequest;
	/** The model that the user named, which may differ from the configured one; null: none. */
	modelAsked?: string | null;
	/** The login it works under. */
	account?: NonNullable<TurnState['account']>;
	/** Exactly what the agent reads on stdin. */
	prompt: string;
	userPrompt: TurnState['user_prompt'];
	/** Pictures that the user's words name and the agent gets. */
	pictures?: NonNullable<TurnState['pictures']>;
	trigger: TurnState['trigger'];
	/** Relative to the session folder; null when no packet goes with the prompt. */
	packet: string | null;
	/** Thread totals of the native session before this turn. */
	cumulativeBefore: ThreadTotals | null;
	/** The current plan of the same native session; null if that is new, or its plan is unknown. */
	planBefore: readonly PlanItem[] | null;
	/** The snapshot taken when the predecessor ended, for a hand-over that follows at once. */
	before: Snapshot | null;
	/** The agent's conversation, taken for this turn. */
	conversation?: Pick<ConversationUse, 'end'>;
	/** Turns of other sessions that go with the prompt. */
	toldOf?: NonNullable<TurnState['told_of']>;
	/** In a chat: whose turn it is, and how many of the session's notes they have received with this prompt. */
	speaker?: { participant: string; notesHeard: number };
}

/**
 * A waiting question on the terminal, and the one answer it takes.
 * @internal For tests: tests take the question.
 */
export interface AskedOnTerminal {
	/** Safe to show; empty when something only reads the terminal. */
	text: string;
	/** When it is refused automatically, ms from now; null: it waits. */
	refusedInMs: number | null;
	/** One line without its newline, never recorded; null: end of input, which most programs take as a refusal. */
	answer: (line: string | null) => void;
}

/** A waiting question of the agent, and the one answer it takes. */
interface QuestionAsked {
	question: Question;
	/** When it is denied automatically, ms from now. */
	deniedInMs: number;
	answer: AnswerQuestion;
}

/**
 * Answers a question of the running turn. `too_late`: it was answered or denied before, or the agent no longer takes an answer.
 * Throws RelayError `usage` for an answer that the question does not accept; it then stays open.
 */
export type AnswerQuestion = (id: string, answer: Answer, by: AnsweredBy) => 'taken' | 'too_late';

/** The time limits of a turn, ms. 0 = off. */
export interface TurnTimes {
	idleMs: number;
	timeoutMs: number;
	lingerMs: number;
	/** For a question on the agent's terminal that nobody can answer. */
	answerMs: number;
	/** For a question of the agent, until it is denied. */
	questionMs: number;
	/** Counted from the last byte, while background tasks hold the turn open; 0: they are not waited for. */
	backgroundMs: number;
	patienceMs: number;
	/** Silence after which the provider counts as overloaded. */
	silenceMs?: number;
}

export interface TurnDeps {
	session: OpenSession;
	clock: Clock;
	startProcess: StartAgentProcess;
	processes: ProcessTable;
	/** null outside git. */
	snapshots: Snapshots | null;
	times: TurnTimes;
	/** The folder for files of this turn that only its agent and the relay see; outside every repo. */
	privateFolder?: string;
	/** Where the socket of its questions may be, best first; absent: nowhere. */
	socketFolders?: readonly string[];
	/** Keeps a note of the agent while it runs. */
	runningAgents?: Pick<RunningAgents, 'began'>;
	estimateCost: (model: string | null, tokens: TokenCounts) => number | null;
	/** The agent's version, if known by now; starts nothing. */
	knownVersion: (executable: string) => string | null;
}

export interface TurnControl {
	/** Interrupt: the tree is stopped with graces. */
	signal: AbortSignal;
	/** Kill: the graces end at once. */
	hardSignal: AbortSignal;
	/** The agent can be given its command, and nothing of the turn is on record yet. */
	onBegin?: () => void;
	onEvent: (event: AgentEvent) => void;
	onIdle: (idleMs: number) => void;
	onWarning: (text: string) => void;
	/** Something asks on the agent's terminal, past the agent. */
	onTerminalAsked?: (question: AskedOnTerminal) => void;
	onTerminalSettled?: () => void;
	onQuestionAsked?: (asked: QuestionAsked) => void;
	/** `answer` null: denied, or withdrawn. */
	onQuestionSettled?: (settled: { id: string; answer: Answer | null; by: AnsweredBy }) => void;
	/** True: somebody is there to answer questions on the terminal. Otherwise a question is refused after `times.answerMs`. */
	canAnswer?: boolean;
}
