/**
 * Stdin of a command that takes a task: read to its end where something is written to it. A pipe that nobody writes to
 * (whoever started the relay left it open) ends the wait after a moment, with a word about it.
 */
import { isUtf8 } from 'node:buffer';
import type { App } from '../../app/create-app.ts';
import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { pipeWriters } from '../../core/processes/pipe-writers.ts';
import type { ProcessTable } from '../../core/processes/process-table.ts';
import { type Collecting, collectInput, hasInput } from './collect-input.ts';
import { decodeText, type TextInput } from './text-input.ts';

export interface StdinDeps {
	/** Asked for only when it is read. */
	input: () => NodeJS.ReadStream;
	clock: Clock;
	processes: Pick<ProcessTable, 'snapshot'>;
	/** A line for people. */
	notice: (text: string) => void;
}

export function stdinOf({ streams, clock, processes, notice }: App): StdinDeps {
	return { input: () => streams.input, clock, processes, notice };
}

/** A context of a million tokens; codex refuses above 1 MiB of characters. */
const MAX_BYTES = 4 * 1024 * 1024;
/** A reader who waits longer than this says so. */
const SAY_AFTER_MS = 1_000;
/** As long as claude waits for a first byte. */
const FIRST_BYTE_MS = 3_000;

/**
 * The text on stdin; null where there is none to read: a terminal, `/dev/null`, a closed descriptor. `need`: `all` waits for
 * the end whatever stdin is, `whole` the same for a pipe or a file, `beside` gives up (null) on a pipe that nobody writes to.
 * Throws `usage` for more than 4 MiB and what `decodeText` throws.
 */
export async function readStdin(
	need: 'all' | 'whole' | 'beside',
	text: Pick<TextInput, 'encoding' | 'isStrict'>,
	deps: StdinDeps,
): Promise<string | null> {
	if (need !== 'all' && !hasInput()) return null;
	const bytes = await readBytes(need, deps);
	if (bytes === null) return null;
	if (!text.isStrict && text.encoding === undefined && !isUtf8(bytes))
		deps.notice(
			'Stdin is not UTF-8: the agent gets U+FFFD for each invalid byte (name its encoding: --encoding).',
		);
	return decodeText(bytes, { name: 'Stdin', ...text });
}

async function readBytes(need: 'all' | 'whole' | 'beside', deps: StdinDeps): Promise<Buffer | null> {
	const reading = collectInput(deps.input(), { maxBytes: MAX_BYTES, tooMuch });
	const isSilent = await announceWait(need, reading, deps);
	if (!isSilent) return reading.whole;
	reading.leave();
	deps.notice('Nothing came on stdin, and nothing writes to it: starting without it.');
	return null;
}

/** Resolves when stdin is at its end, or when it is clear how long it is waited for; true: no longer. */
async function announceWait(
	need: 'all' | 'whole' | 'beside',
	reading: Collecting,
	{ input, clock, processes, notice }: StdinDeps,
): Promise<boolean> {
	const { ended } = reading;
	await clock.sleep(SAY_AFTER_MS, ended);
	if (ended.aborted) return false;
	if (!input().isTTY) notice(WAITING[need]);
	if (need !== 'beside') return false;
	await clock.sleep(FIRST_BYTE_MS - SAY_AFTER_MS, ended);
	return !ended.aborted && !reading.hasBegun() && !hasOtherWriter(processes);
}

const WAITING = {
	all: 'Reading the task from stdin.',
	whole: 'Reading the task from stdin.',
	beside: 'Reading the rest of the task from stdin (to start without it, add < /dev/null).',
};

/** Whoever started the relay may keep the pipe open unawares; a process next to it is there to write. */
function hasOtherWriter(processes: StdinDeps['processes']): boolean {
	const writers = pipeWriters(0) ?? [];
	if (writers.length === 0) return false;
	const parents = new Map(processes.snapshot().map(({ pid, parent }) => [pid, parent]));
	const ancestors = new Set<number>();
	for (let pid = parents.get(process.pid); pid !== undefined && !ancestors.has(pid); pid = parents.get(pid))
		ancestors.add(pid);
	return writers.some((pid) => !ancestors.has(pid));
}

function tooMuch(): RelayError {
	return new RelayError(
		'usage',
		`Stdin holds more than ${MAX_BYTES / 1024 / 1024} MiB, which no agent takes as a prompt.`,
		{
			hint: 'Write it to a file and name that file in the task.',
		},
	);
}
