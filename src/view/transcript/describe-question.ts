/** What an agent asks, whole: it goes into the scroll-back, so that nobody answers what is cut. */
import type { Question, Wanted } from '../../agents/asking/question.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine, safeText } from '../../core/text.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import { diffLines } from '../../ui/diff-lines.ts';
import { formatDuration } from '../../ui/quantities.ts';
import { expandTabs, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';

type Asked = Extract<RelayEvent, { type: 'question_asked' }>;

const TITLE_CHARS = 160;
const PATH_CHARS = 400;
const REASON_CHARS = 2000;

export interface QuestionLook {
	theme: Theme;
	/** Cut from the front of paths. */
	worktree: string;
	/** No key reaches the relay from here. */
	onlyWatches?: boolean | undefined;
	/** What a row may take; absent: anything. */
	columns?: number | undefined;
}

/** `claude asks to run a command`, all of what it wants, and why; what may be answered, where no key row says it. */
export function describeQuestion(
	{ agent, question, deniedInMs, isAllowed = false }: Asked,
	look: QuestionLook,
): string[] {
	const { theme, onlyWatches = false } = look;
	const { id, title, options, wants } = question;
	if (wants === undefined) {
		const choices = options.map(({ label }) => safeLine(label, TITLE_CHARS)).join(' / ');
		const until = `denied in ${formatDuration(deniedInMs)} (permissions.ask_timeout)`;
		return [
			theme.warn(`? ${agent} asks: ${safeLine(title, TITLE_CHARS)}`),
			...plainRows(question.detail, look),
			theme.dim(`  ${[choices, until].filter((part) => part !== '').join(' · ')}`),
		];
	}
	if (isAllowed) {
		const what = `${safeLine(title, TITLE_CHARS)}, as you allowed: ${safeLine(wants.what, TITLE_CHARS)}`;
		return [theme.dim(`  ${agent} may ${what}`)];
	}
	const facts = [
		// A path says itself where it is.
		wants.folder === null || wants.action === 'edit' ? '' : `in ${safeLine(wants.folder, PATH_CHARS)}`,
		wants.reason === null ? '' : `${agent} says: "${safeLine(wants.reason, REASON_CHARS)}"`,
	].filter((fact) => fact !== '');
	const elsewhere = `  answered at its terminal, or in another: agent-relay answer ${id.slice(0, 6)}`;
	return [
		theme.warn(`? ${agent} asks to ${titleOf(question, wants, look)}`),
		...detailRows(question.detail, wants, look),
		...(facts.length === 0 ? [] : [theme.dim(`  ${facts.join(' · ')}`)]),
		...(onlyWatches ? [theme.dim(elsewhere)] : []),
	];
}

/** `edit src/slug.js +1 -1`, `edit /data/cart.js +1 -1, outside this repo`. */
function titleOf({ title, detail }: Question, { action, what }: Wanted, { worktree }: QuestionLook): string {
	if (action !== 'edit') return safeLine(title, TITLE_CHARS);
	const paths = what.split('\n');
	const isInside = (path: string) => !path.startsWith('/') || path.startsWith(`${worktree}/`);
	const name = (path: string) =>
		safeLine(path.startsWith(`${worktree}/`) ? path.slice(worktree.length + 1) : path, PATH_CHARS);
	const [first = ''] = paths;
	const target = paths.length === 1 ? name(first) : formatPlural(paths.length, 'file');
	const lines = detail.split('\n');
	const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
	const counts = [count('+') && `+${count('+')}`, count('-') && `-${count('-')}`].filter(Boolean);
	return [`edit ${target}`, ...counts].join(' ') + (paths.every(isInside) ? '' : ', outside this repo');
}

function detailRows(detail: string, { action, what }: Wanted, look: QuestionLook): string[] {
	if (detail === '') return [];
	if (action === 'edit') return editRows(detail, what, look);
	if (action !== 'run' && action !== 'leave') return plainRows(detail, look);
	return hanging(
		safeText(detail)
			.split('\n')
			.map((line, at) => (at === 0 ? `$ ${line}` : `  ${line}`)),
		look,
	);
}

/** The lines of an edit, without what the question itself says: its only path, and the frame of a patch. */
function editRows(detail: string, what: string, look: QuestionLook): string[] {
	const { theme } = look;
	const lines = safeText(detail).trimEnd().split('\n');
	const said = [
		what,
		'*** Begin Patch',
		'*** End Patch',
		`*** Update File: ${what}`,
		`*** Add File: ${what}`,
	];
	const rows = lines
		.filter((line) => !said.includes(line))
		.map((line) => {
			if (line.startsWith('*** ')) return theme.bold(line.slice(4));
			if (line.startsWith('@@')) return theme.dim(line === '@@' ? '⋮' : line);
			if (line.startsWith('+')) return theme.good(`+ ${line.slice(1)}`);
			return line.startsWith('-') ? theme.bad(`- ${line.slice(1)}`) : ` ${line}`;
		});
	return hanging(rows, look);
}

const plainRows = (detail: string, look: QuestionLook): string[] =>
	detail === '' ? [] : hanging(diffLines(safeText(detail), look.theme), look);

/** Indented by two, continued below the text. */
const hanging = (rows: readonly string[], { columns = Number.POSITIVE_INFINITY }: QuestionLook): string[] =>
	rows.flatMap((row) => wrapToColumns(expandTabs(`  ${row}`), columns, { indent: 4 }));
