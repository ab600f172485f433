import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { wholeLines } from './whole-lines.ts';

const PROGRAM = resolve(import.meta.dirname, 'fake-agent.cjs');

/** What a fake agent does next; several keys of one step are done in this order. */
export interface FakeStep {
	/** Bytes on stdout; `{{session}}` is the native session asked for, `{{prompt}}` the prompt as inside a JSON string. */
	emit?: string;
	/** A file's bytes on stdout, at once or line by line. */
	emitFile?: string;
	linePauseMs?: number;
	stderr?: string;
	stderrFile?: string;
	flood?: { line: string; count: number };
	/** Milliseconds. */
	sleep?: number;
	/** Starts `sleep` in a session of its own and adds its pid to a file. */
	tool?: { seconds: number; pidFile: string };
	write?: { path: string; text: string };
	/** Signals that are ignored from here on; `FILE` gets their names. */
	deafTo?: NodeJS.Signals[];
	heardFile?: string;
	/** How it ends once it is asked to stop. */
	onStop?: { exit?: number; signal?: NodeJS.Signals };
	/**
	 * Asks where `FAKE_ASK` says, as an injected asker does: runs a shell command once it is allowed, and writes what came of it
	 * (`allowed OPTION WORDS`, `denied …`) to a file. All are asked at once.
	 */
	ask?: FakeAsk[];
	/** A shell command in its folder. */
	run?: string;
	/** Runs `git clean -fdx` in its folder. */
	clean?: boolean;
	/** Deletes `.agent-relay`. */
	removeRecords?: boolean;
	exit?: number;
	signal?: NodeJS.Signals;
}

export interface FakeAsk {
	kind?: 'permission' | 'choice' | 'text';
	title: string;
	detail?: string;
	options?: Array<{ id: string; label: string }>;
	/** Sent in place of the question. */
	raw?: string;
	/** A line of so many bytes is sent in place of the question. */
	rawBytes?: number;
	run?: string;
	outcome: string;
	/** It takes the question back after so many milliseconds. */
	withdrawAfter?: number;
}

/** Longer than a test may take: a turn that ends all the same was ended. */
export const HANGS: FakeStep = { sleep: 600_000 };

export interface FakeScript {
	/** One list of steps a turn; the last one is used again. */
	turns: FakeStep[][];
	/** The same for a turn with that `--model`, in place of `turns`. */
	turnsOfModel?: Record<string, FakeStep[][]>;
	/** The id of a conversation where the CLI chooses it. */
	nativeSession?: string;
	/** `FILE.PID` holds how many bytes of stdout the terminal has taken so far. */
	progressFile?: string;
}

/** One prompt as a fake agent got it. */
export interface ReceivedPrompt {
	pid: number;
	/** Where it was started. */
	cwd: string;
	args: string[];
	session?: string;
	turn?: string;
	depth?: string;
	prompt: string;
}

const VERSIONS: Record<string, string> = {
	claude: '2.1.197 (Claude Code)',
	codex: 'codex-cli 0.169.0',
};

/** Makes `BIN/NAME` a fake agent with this script; what it got is read by `receivedBy`. */
export function installFakeAgent(bin: string, name: string, script: FakeScript): void {
	mkdirSync(bin, { recursive: true });
	const path = join(bin, `${name}.script.json`);
	writeFileSync(path, JSON.stringify(script));
	// Asked before many a turn, and Node would need most of a turn's time for it.
	const version = `case " $* " in *' --version '*) echo '${VERSIONS[name] ?? '1.0.0'}'; exit ;; esac`;
	const start = `exec '${process.execPath}' '${PROGRAM}' '${path}' "$@"`;
	writeFileSync(join(bin, name), `#!/bin/sh\n${version}\n${start}\n`, { mode: 0o755 });
}

/** Every prompt that this agent received, in order. */
export const receivedBy = (bin: string, name: string): ReceivedPrompt[] =>
	wholeLines(join(bin, `${name}.script.json.log`)).map((line) => JSON.parse(line));
