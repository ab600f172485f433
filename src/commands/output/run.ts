/** All that a command of an agent printed, from the records of the session. Locks nothing. */
import { isExcerptNotice } from '../../agents/reading/excerpt.ts';
import { RelayError } from '../../core/errors.ts';
import { formatPlural } from '../../core/plural.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { turnFile } from '../../sessions/files/session-paths.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import { participantOf } from '../../sessions/turns/turn-state.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { ownEntry, upToTurns } from '../show/turns/turns-on-disk.ts';
import { findCommand, type RecordedCommand } from './recorded-commands.ts';
import { wholeOutput } from './whole-output.ts';

interface OutputOptions {
	number: number | null;
	session: string | null;
	json: boolean;
}

export interface OutputData {
	session: string;
	number: number;
	/** Commands of the session. */
	count: number;
	turn: number;
	/** Who ran it; of a chat the participant. */
	agent: string;
	/** One line where the CLI reports no command. Untrusted, like the text. */
	command: string;
	status: 'ok' | 'failed' | 'denied' | 'unknown' | 'running';
	exitCode: number | null;
	tookMs: number | null;
	text: string;
	/** The whole output's. */
	bytes: number;
	/** The relay kept only the beginning, the end, and what between them reports errors. */
	isExcerpt: boolean;
	/** A line of it says that some was left out, by the agent's CLI or the command itself. */
	isCutBefore: boolean;
}

/** null: in the shell, before the first prompt. */
export const output: Body<OutputOptions, OutputData | null> = {
	async run(context, { number, session }) {
		const own = await sessionOf(context, session);
		if (own === null) return { exitCode: EXIT.done, data: null };
		const { found, count } = findCommand(own.folder, own.turns, number);
		if (found === null) throw notThere(own.meta.id, number, count);
		return { exitCode: EXIT.done, data: dataOf(own, found, count) };
	},
	toJson: (data) => data && toDocument(data),
};

function toDocument({ exitCode, tookMs, isExcerpt, isCutBefore, ...rest }: OutputData) {
	return {
		...rest,
		exit_code: exitCode,
		duration_ms: tookMs,
		is_excerpt: isExcerpt,
		is_cut_before: isCutBefore,
	};
}

/** In the shell the one at hand, with what stands on the screen of the one that it continues. */
async function sessionOf(
	{ conversation, store }: CommandContext,
	ref: string | null,
): Promise<LineageEntry | null> {
	const sessions = await store();
	const id =
		ref !== null || conversation === null ? sessions.resolve(ref ?? 'latest') : conversation.session()?.id;
	if (id === undefined) return null;
	return ownEntry(upToTurns(sessions.lineage(id)));
}

function notThere(id: string, number: number | null, count: number): RelayError {
	if (count === 0) return new RelayError('not_found', `In session ${id} no agent has run a command.`);
	return new RelayError('not_found', `Session ${id} has no command ${number}.`, {
		hint: `It has ${formatPlural(count, 'command')}; the latest: agent-relay output --session ${id}`,
	});
}

function dataOf(own: LineageEntry, found: RecordedCommand, count: number): OutputData {
	const { number, turn, call, result, tookMs } = found;
	const state = own.turns.find((candidate) => candidate.turn === turn);
	const text = result?.output ?? '';
	const isCut = text.split('\n').some(isExcerptNotice);
	const whole =
		result === null || !isCut ? null : wholeOutput(turnFile(own.folder, turn, 'raw.jsonl'), result);
	return {
		session: own.meta.id,
		number,
		count,
		turn,
		agent: state === undefined ? '' : participantOf(state),
		command: call.command ?? call.title,
		status: statusOf(result, state?.status === 'running'),
		exitCode: result?.exitCode ?? null,
		tookMs,
		text: whole ?? text,
		bytes: result?.outputBytes ?? 0,
		isExcerpt: isCut && whole === null,
		isCutBefore: (whole ?? text).split('\n').some((line) => !isExcerptNotice(line) && CUT.test(line)),
	};
}

/** How CLIs announce that they cut an output, each on a line of its own: `... [1234 characters truncated] ...`. */
const CUT = /^\s*(?:\.\.\.|…|\[|\(|<).{0,120}\b(?:truncated|omitted)\b/;

function statusOf(result: RecordedCommand['result'], isRunning: boolean): OutputData['status'] {
	if (result === null) return isRunning ? 'running' : 'unknown';
	if (result.denied) return 'denied';
	return result.ok === null ? 'unknown' : result.ok ? 'ok' : 'failed';
}
