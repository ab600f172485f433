/**
 * What the relay asks of an adapter. Adapters are plain modules of pure functions (`agents/<cli>/`): they build a command
 * line, turn bytes into events and say how a turn ended. They start nothing and write nothing; only `readNativeRecord` and
 * `probeLogin` read files of the CLI's own home.
 */

import type { AskingKeyQuery, QuestionDialect } from './asking/question.ts';
import type {
	AgentEvent,
	Limit,
	PlanItem,
	StopReason,
	TokenCounts,
	TurnOutcome,
	Utilization,
} from './events.ts';
import type { Picture, PictureWay } from './picture.ts';
import type { ToolServer } from './tool-server.ts';

/** `claude`, `codex`, `copilot`, `gemini`, `opencode`, a demo agent, or a name from `[agents.NAME]` in the user's config. */
export type AgentId = string;

export type PermissionPreset = 'read-only' | 'edit' | 'full';

/** What a preset may let an agent do. */
export type Ability = 'edit_files' | 'run_listed_commands' | 'run_any_command' | 'commit' | 'network';

/** Everything an adapter may know about the turn it is asked to start. */
export interface TurnRequest {
	/** With `resume`: the conversation to resume. Without: the id to use where the CLI lets us choose, else null. */
	nativeSessionId: string | null;
	resume: boolean;
	/** null: none is passed, the CLI's own default applies. */
	model: string | null;
	permissions: PermissionPreset;
	/** Commands that `edit` may run, as the user wrote them (`npm test`, `git status`). */
	allowCommands: readonly string[];
	/** False: the CLI's own switch must turn off the repo's settings and hooks. */
	isTrusted: boolean;
	/** Where the CLI starts: the worktree, or a folder in it. Real path. */
	folder: string;
	/** The whole tree the agent works on; `folder` is in it or is the same. Real path. */
	worktree: string;
	isGitRepo: boolean;
	isRoot: boolean;
	/** The environment the agent will get, before the adapter's own additions. */
	env: Readonly<Record<string, string>>;
	/** How long the relay lets an agent retry a rate or an overload, ms; absent where no turn is started. */
	patienceMs?: number;
	/**
	 * The prefix of this turn's private files (`AgentCommand.files`, `telemetry`): an absolute path that only this user may
	 * write to. Absent where none can be kept.
	 */
	privatePath?: string;
	/**
	 * Where the CLI sends its questions (`AgentAdapter.questions`): the path of a socket, or `-` for its own stdin and stdout.
	 * Absent: it asks nobody, and whatever needs an answer is denied.
	 */
	questionAddress?: string;
	/** Somebody is there to answer, and the user lets agents ask. */
	mayAsk?: boolean;
	/** What the CLI answered to `askingKeyQuery`; null: nothing that it could be started with. Absent: it was not asked. */
	askingKey?: string | null;
	/** The CLI's; null or absent: not known yet. */
	version?: string | null;
	/** `bin/ask.js` as a command for a POSIX shell; it takes the name of its dialect. Absent: there is none. */
	asker?: string;
	/** The relay's own tools for this turn; absent: it gets none. */
	toolServer?: ToolServer;
	/** Pictures for its flags (`AgentAdapter.pictureWay`), absolute paths. */
	pictures?: readonly string[];
	/** The turn's prompt and its file (absolute path), for CLIs that do not read it on stdin. */
	prompt?: { path: string; text: string };
}

/** A file that only the CLI reads, written by the relay. */
export interface PrivateFile {
	path: string;
	text: string;
}

/**
 * The prompt arrives on stdin from a file. `args` never hold secrets, and prompt text only for an agent from config whose
 * user asked for that.
 */
export interface AgentCommand {
	/** Bare program name (looked up on PATH by the caller) or absolute path. */
	executable: string;
	args: string[];
	/** What the record shows in place of `args`, where these hold the prompt. */
	recordedArgs?: string[];
	/**
	 * `empty`: the prompt reaches the CLI another way, and stdin is at its end at once. `live`: stdin stays open for answers.
	 * Default: `prompt`.
	 */
	stdin?: 'prompt' | 'empty' | 'live';
	/** Added to the environment; null removes a variable. */
	env: Record<string, string | null>;
	/** Files written before the CLI starts and removed when it has ended. Their paths begin with `privatePath`. */
	files?: readonly PrivateFile[];
	/** A file that the parser can read while the CLI appends to it, which it does with `env` added to its own. */
	telemetry?: { path: string; env: Record<string, string> };
}

/** What a whole native session used so far, as its CLI reports it; with the cost if the CLI adds that up too. */
export type ThreadTotals = TokenCounts & { costUsd?: number };

export interface ParserContext {
	/** The native session id that was asked for (chosen or resumed), null when the CLI chooses. */
	requestedSessionId: string | null;
	resume: boolean;
	requestedModel: string | null;
	/** Thread totals before this turn, for CLIs that report totals (codex, newer claude); null when unknown. */
	cumulativeBefore: ThreadTotals | null;
	/** Epoch ms, for resets that are reported as a delay. */
	now: () => number;
	/** The plan of this native session before the turn, in order; CLIs that number their tasks report only changes to it. */
	planBefore?: readonly PlanItem[];
}

/**
 * How the process ended. `stopRequested` is the relay's own reason when it stopped the tree; `background`: its background
 * tasks took too long.
 */
export interface AgentExit {
	exitCode: number | null;
	signal: NodeJS.Signals | null;
	stopRequested: 'cancelled' | 'timed_out' | 'limited' | 'linger' | 'background' | 'failed' | null;
}

/** What only the CLI's own record knows. Every field is optional: absence means the record did not say. */
export interface NativeFacts {
	model?: string;
	/** The record's own error code, as short text (`usage_limit_exceeded`, `http_connection_failed:402`). */
	errorCode?: string;
	/** A reset and window that the stream did not report. */
	limit?: { resetAt: number | null; window: string | null };
	utilization?: Utilization[];
	/** Outcomes that the stream did not report, by tool call id. */
	toolResults?: Array<{ id: string; ok: boolean; exitCode: number | null }>;
	/** How commands ended, from a record without the stream's tool call ids. */
	commandResults?: Array<{ command: string; exitCode: number }>;
	/** Usage of this turn if the stream reported none. */
	tokens?: TokenCounts;
	/** Thread totals after this turn. */
	cumulative?: TokenCounts;
	/** The newest to-do list of this turn, with states that the stream does not report. */
	plan?: PlanItem[];
}

interface RefusedModel {
	model: string;
	limit: Limit;
}

/** The adapter's judgement of a whole turn. */
export interface ParsedTurn {
	outcome: TurnOutcome;
	stopReason: StopReason | null;
	error: { code: string; message: string } | null;
	limit: Limit | null;
	nativeSessionId: string | null;
	model: string | null;
	/** This turn only. */
	tokens: TokenCounts;
	/** Thread totals after the turn, for CLIs that report totals; else null. */
	cumulative: ThreadTotals | null;
	/** As the CLI reported it, this turn only; null when it reports none. */
	costUsd: number | null;
	/** Outcomes to correct in the recorded tools after the fact, from the native record. */
	toolResults: Array<{ id: string; ok: boolean; exitCode: number | null; denied?: boolean }>;
	utilization: Utilization[];
	/** Limits of sub-agents: which model was refused, as it was asked for where that is known. */
	refusedModels?: RefusedModel[];
	/** The newest to-do list in the native record; it counts if the stream's has the same items. */
	plan?: PlanItem[];
	/**
	 * Set where this native session must not be resumed: why, as the end of the sentence "its conversation …" for people
	 * (`could not be saved: no space left on the device`). It holds whatever the turn's outcome; the agent's next turn begins
	 * a new native session with the whole story in a packet, and the user is told in one line.
	 */
	unresumable?: string;
}

/**
 * Turns the bytes of one turn into events. Any split of the bytes gives the same events (`push` and `stderr` each see their
 * own channel in order). Memory is bounded: a line over 16 MiB is reduced to its head and tail.
 */
export interface AgentParser {
	push(chunk: Buffer): AgentEvent[];
	stderr(chunk: Buffer): AgentEvent[];
	/** What the CLI appended to the telemetry file, in order; it may come seconds later than it was true. */
	telemetry?(chunk: Buffer): AgentEvent[];
	/** Flushes the last line and judges the turn. Called once; emits `turn_ended` if the stream had none. */
	end(exit: AgentExit, native: NativeFacts | null): { events: AgentEvent[]; turn: ParsedTurn };
}

export interface LoginState {
	/** `unknown` counts as yes, except for an `untouched` CLI. */
	loggedIn: 'yes' | 'no' | 'unknown';
	/** True: nothing shows that the user ever set this CLI up, so prompts go to it only if the user names it. */
	untouched?: boolean;
	/** Names what was looked at, never a value (`ANTHROPIC_API_KEY is set`). */
	evidence: string;
	/** Hash of the key or login (first 16 hex of SHA-256), the ledger's account; `default` when none is visible. */
	account: string;
	/** The CLI's own way to log in, as a command line. */
	advice: string;
	/**
	 * Changes with the login and the CLI's own configuration, where files and variables show it. Looked up when first asked for:
	 * only an agent that was refused or has no credit is judged by it.
	 */
	mark?: () => string;
}

export interface NativeRecordQuery {
	nativeSessionId: string;
	/** Where the CLI was started. */
	folder: string;
	/** The environment the agent ran with (HOME, CODEX_HOME, …). */
	env: Readonly<Record<string, string>>;
	startedAt: number;
	/** Reading stops at this many bytes from the record's end. */
	maxBytes: number;
}

export interface AgentAdapter {
	id: AgentId;
	title: string;
	aliases: readonly string[];
	/** The built-in agent of which this is a further account; absent: it is none. */
	base?: AgentId;
	/** What the user sets for this agent alone, given the user's environment; null takes a variable away. */
	ownVariables?(env: Readonly<Record<string, string>>): Record<string, string | null>;
	/** Names looked up on PATH, first found wins. */
	executables: readonly string[];
	/** Folders of its own installers (`~/…`), searched before other places outside PATH. */
	places?: readonly string[];
	/** How a person installs it, as a command line. */
	install: string;
	isDemo: boolean;
	/** True: `nativeSessionId` of a fresh turn is chosen by the relay (a UUID). */
	choosesSessionId: boolean;
	/** Names of variables that hold this agent's secrets; removed from every other agent's environment. */
	secretVariables: readonly string[];
	/** Secret variables owned by others that this agent may also use (a BYO-key agent). */
	sharedVariables: readonly string[];
	/** What `edit` lets it do, as measured; absent: edit files. */
	editAbilities?: readonly Ability[];
	/**
	 * What keeps a prompt that begins with a slash from being a command of the CLI's own, where a blank does not: it comes before
	 * the prompt.
	 */
	commandGuard?: string;
	/** True: the prompt is a word of the command line, so it must not begin like an option. */
	takesPromptAsArgument?: boolean;
	/** True: it prints plain text, not events as lines of JSON. */
	printsText?: boolean;
	/** True: a tool call is reported only when it has ended, or never, so one may run at any time of a turn. */
	hidesRunningTools?: boolean;
	/** How a picture reaches it; `folder`: where it starts. Absent: it gets paths alone. */
	pictureWay?(picture: Picture, folder: string): PictureWay;
	command(turn: TurnRequest): AgentCommand;
	parser(context: ParserContext): AgentParser;
	/** Makes text that the user did not type harmless for this CLI's own prompt syntax (`@file`); keeps it readable. */
	inert(text: string): string;
	/** Whether a word from a record can be the id of one of its conversations. */
	isNativeId(id: string): boolean;
	/** The command a person types to resume the conversation in the CLI itself. */
	resumeHint(nativeSessionId: string): string;
	/** Reads files and variables only; starts no process. */
	probeLogin(env: Readonly<Record<string, string>>): LoginState;
	/** The version in the output of `<executable> --version`, or null. */
	parseVersion(output: string): string | null;
	/**
	 * Why this CLI cannot start there, in words, if the repo is not trusted and the CLI has no switch to ignore the
	 * repo's own code; null when it can. Looks at file names only.
	 */
	refusal?(turn: Pick<TurnRequest, 'isTrusted' | 'folder' | 'worktree' | 'isGitRepo' | 'env'>): string | null;
	/**
	 * Why the CLI cannot ask while it works, as the end of the sentence "NAME cannot ask: …"; null: it can. Absent: no version can.
	 * Looks at file names only.
	 */
	cannotAsk?(
		turn: Pick<TurnRequest, 'version' | 'askingKey' | 'env' | 'folder' | 'worktree' | 'isTrusted'>,
	): string | null;
	/** What its program must be asked, once for each version of it, before it can be let ask; its answer is `askingKey`. */
	askingKeyQuery?(asker: string): AskingKeyQuery;
	/** How the CLI asks during this turn; null, or no such function: it does not. */
	questions?(turn: TurnRequest): QuestionDialect | null;
	readNativeRecord?(query: NativeRecordQuery): Promise<NativeFacts | null>;
	/** True: this exit code is the CLI's own and does not mean a signal (128 + n). */
	claimsExitCode?(code: number): boolean;
	/** True where a model of this name is surely one of this agent's: a family or an alias of its own provider. */
	knowsModel?(model: string): boolean;
}
