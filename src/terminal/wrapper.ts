/**
 * The shell between the terminal and the agent: it makes the terminal transparent, runs the agent, and reports the exit code in an
 * end marker after the agent's last byte. It keeps no variable of its own except the nonce while the agent runs, so the agent's
 * environment is the given one, except for what every POSIX shell does: PWD is set, IFS is reset, and dash drops variables whose
 * names are not identifiers. Works in dash and bash.
 */
import { existsSync } from 'node:fs';

/** If sh is bash, an exported SHELLOPTS would end the wrapper at a non-zero exit, or trace into the agent's stderr. */
const PLAIN = '{ set +eux; } 2>/dev/null; ';
/** For descriptors the relay opened; $1 is the terminal, which becomes the controlling one because it is opened here. */
const ADOPT_TERMINAL = 'exec <>"$1" >&0; shift; ';
/** For a terminal that is there already; $1 is the stderr file, $2 the prompt. */
const OPEN_FILES = 'exec 2>>"$1" 3<"$2"; shift 2; ';

/**
 * $1 is stty, then the agent's argv. The record separator says "ready"; the relay answers with the nonce and, after the marker,
 * with a line of the nonce again, so that the wrapper cannot exit before everything was read. The wrapper's own stderr is closed
 * while the agent runs: shells report "Killed" there, and that file is for the agent's own messages only (a subshell with `exec`,
 * as dash applies a plain command's redirections to itself while it waits). HUP keeps its default (end), TERM and INT must not end
 * the wrapper before it has reported the exit code.
 */
const runAgent = (isLive: boolean) =>
	[
		`"$1" -echo -opost${isLive ? BYTE_BY_BYTE : ''} || exit; shift`,
		'unset AGENT_RELAY_END_MARKER',
		"printf '\\036'",
		'IFS= read -r AGENT_RELAY_END_MARKER || exit',
		'exec 4>&2 2>/dev/null',
		'trap : TERM INT',
		'(exec "$@" <&3 2>&4 3<&- 4>&-)',
		'printf \'\\036%s %d\\n\' "$AGENT_RELAY_END_MARKER" "$?"',
		// Lines left unread by the agent acknowledge nothing.
		'while IFS= read -r AGENT_RELAY_LINE && [ "$AGENT_RELAY_LINE" != "$AGENT_RELAY_END_MARKER" ]; do :; done',
	].join('\n');

/** For a live stdin: no line is too long, and no byte has a meaning to the terminal. */
const BYTE_BY_BYTE = ' -icanon -isig -icrnl -ixon min 1 time 0';

/**
 * For a TUI: the terminal is left as terminals are, and the program is a job of the wrapper, so that its Ctrl+Z stops it (as the
 * leader of its session it could not be stopped, and would wait for a SIGCONT that never comes). The wrapper's stderr is a file for
 * its own words: `stopped` before it stops itself, until a SIGCONT from outside, and `ended` with the exit code. 145 to 148 are the
 * codes of a stopped job on Linux and macOS; where it was no stop, `fg` finds no job.
 */
const RUN_TUI = [
	'"$1" iutf8 2>/dev/null; shift',
	'exec 3<&-',
	'trap : TERM INT QUIT',
	'set -m',
	'"$@" 2>&1',
	'AGENT_RELAY_CODE=$?',
	'while [ "$AGENT_RELAY_CODE" -ge 145 ] && [ "$AGENT_RELAY_CODE" -le 148 ] && kill -0 %% 2>/dev/null; do',
	"printf '\\036stopped\\n' >&2",
	'kill -STOP $$',
	'fg >/dev/null',
	'AGENT_RELAY_CODE=$?',
	'done',
	'printf \'\\036ended %d\\n\' "$AGENT_RELAY_CODE" >&2',
].join('\n');

export const SHELL = '/bin/sh';
/** What the wrapper sends when it is ready to read the nonce. */
export const READY = 0x1e;

export interface AgentCommandLine {
	executable: string;
	args: readonly string[];
	/** null: stdin is the terminal. */
	promptPath: string | null;
	/** It has the terminal for itself. */
	isTui?: boolean;
}

const scriptFor = ({ isTui, promptPath }: AgentCommandLine) =>
	isTui ? RUN_TUI : runAgent(promptPath === null);

/** Arguments of `/bin/sh` for a wrapper with stderr at 2, the prompt at 3 and no terminal yet. */
export function adoptingWrapper(terminalPath: string, agent: AgentCommandLine): string[] {
	return [
		'-c',
		PLAIN + ADOPT_TERMINAL + scriptFor(agent),
		'sh',
		terminalPath,
		findStty(),
		agent.executable,
		...agent.args,
	];
}

/** Arguments of `/bin/sh` for a wrapper that already has the terminal at 0, 1 and 2. */
export function openingWrapper(stderrPath: string, agent: AgentCommandLine): string[] {
	const { promptPath } = agent;
	return [
		'-c',
		PLAIN + OPEN_FILES + scriptFor(agent),
		'sh',
		stderrPath,
		promptPath ?? '/dev/tty',
		findStty(),
		agent.executable,
		...agent.args,
	];
}

/** Not from PATH, which is the agent's and may hold anything. */
function findStty(): string {
	return ['/bin/stty', '/usr/bin/stty'].find((path) => existsSync(path)) ?? 'stty';
}
