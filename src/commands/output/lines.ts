import { safeLine, safeText } from '../../core/text.ts';
import { formatBytes, formatSpan } from '../../ui/quantities.ts';
import type { Look } from '../look.ts';
import type { OutputData } from './run.ts';

const COMMAND_CHARS = 4000;

/** The command, what is known of it, and below that every line that it printed, as it was recorded. */
export function outputLines(data: OutputData | null, { theme }: Look): string[] {
	if (data === null) return [theme.dim('No agent has run a command yet.')];
	const { number, count, turn, agent, command, text } = data;
	const facts = [
		`command ${number} of ${count}`,
		`turn ${turn}`,
		safeLine(agent, 40),
		...howItEnded(data),
		data.bytes > 0 ? formatBytes(data.bytes) : '',
	].filter((fact) => fact !== '');
	const printed = safeText(text).replace(/\n+$/, '');
	return [
		...safeText(command)
			.slice(0, COMMAND_CHARS)
			.split('\n')
			.map((line, at) => theme.bold(`${at === 0 ? '$' : ' '} ${line}`)),
		theme.dim(facts.join(' · ')),
		...notes(data).map((note) => theme.warn(`! ${note}`)),
		'',
		...(printed === '' ? [theme.dim(NOTHING[data.status])] : printed.split('\n')),
	];
}

function howItEnded({ status, exitCode, tookMs }: OutputData): string[] {
	const ended = {
		ok: '',
		failed: 'failed',
		denied: 'denied',
		unknown: 'outcome unknown',
		running: 'running',
	}[status];
	return [
		exitCode === null ? ended : `exit ${exitCode}`,
		tookMs === null || status === 'denied' ? '' : formatSpan(tookMs),
	];
}

const NOTHING = {
	ok: 'It printed nothing.',
	failed: 'It printed nothing.',
	denied: 'It was not run.',
	unknown: 'No output was recorded.',
	running: 'It is still running; its output is recorded when it has ended.',
} as const;

function notes({ isExcerpt, isCutBefore, bytes }: OutputData): string[] {
	return [
		...(isExcerpt
			? [
					`Only a part of the ${formatBytes(bytes)} was kept: the beginning, the end, and lines that report errors.`,
				]
			: []),
		...(isCutBefore
			? ["A line of it says that a part was left out, by the agent's program or by the command."]
			: []),
	];
}
