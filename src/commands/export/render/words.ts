/** Words that all formats for people share. Pure. */
import { fromIso } from '../../../core/clock.ts';
import { formatPlural } from '../../../core/plural.ts';
import { formatCost, formatCount, formatDuration } from '../../../ui/quantities.ts';
import type {
	ExportCost,
	ExportEntrant,
	ExportHead,
	ExportRace,
	ExportRedaction,
	ExportStep,
	ExportTurn,
	ExportUsage,
} from '../document.ts';

type Tool = Extract<ExportStep, { type: 'tool' }>;

/** `2026-01-31 14:02`, in the zone of this machine. */
export function localTime(iso: string | null): string {
	const at = fromIso(iso);
	if (at === null) return '';
	return new Date(at - new Date(at).getTimezoneOffset() * 60_000)
		.toISOString()
		.slice(0, 16)
		.replace('T', ' ');
}

/** `2026-01-31 14:02 to 15:10`. */
function spanOf(from: string, to: string): string {
	const [begin, end] = [localTime(from), localTime(to)];
	if (begin === end) return begin;
	const [day = ''] = begin.split(' ');
	return `${begin} to ${end.startsWith(day) ? end.slice(day.length + 1) : end}`;
}

/** `UTC+01:00`, as it was at that time. */
export function zoneOf(iso: string): string {
	const minutes = -new Date(fromIso(iso) ?? 0).getTimezoneOffset();
	if (minutes === 0) return 'UTC';
	const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, '0');
	return `UTC${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** `completed`, `failed (auth)`. */
export function outcomeWords({ status, stop_reason }: Pick<ExportTurn, 'status' | 'stop_reason'>): string {
	const words = status.replaceAll('_', ' ');
	const isSaid = stop_reason === null || stop_reason === 'end_turn' || status.startsWith(stop_reason);
	return isSaid ? words : `${words} (${stop_reason.replaceAll('_', ' ')})`;
}

export const OUTCOME_TONES = {
	completed: 'good',
	running: 'plain',
	limited: 'warn',
	cancelled: 'warn',
	timed_out: 'warn',
	failed: 'bad',
	outcome_unknown: 'bad',
} as const satisfies Record<ExportTurn['status'], string>;

/** `codex`, `reviewer (claude)`, with the model behind it. */
export function whoWords({ name, agent, model }: Pick<ExportTurn, 'name' | 'agent' | 'model'>): string {
	return [name, name === agent ? '' : `(${agent})`, model ?? ''].filter((part) => part !== '').join(' ');
}

/** What a turn took, in short facts. */
export function turnFacts(turn: ExportTurn): string[] {
	const { duration_ms, tokens, cost, files, verdict, trigger } = turn;
	const read = (tokens.input ?? 0) + (tokens.cache_read ?? 0) + (tokens.cache_write ?? 0);
	const written = tokens.output ?? 0;
	return [
		verdict === null ? '' : `says ${verdict.toUpperCase()}`,
		trigger === 'user' || trigger === 'chat' || trigger === 'race' ? '' : trigger,
		localTime(turn.started_at),
		duration_ms === null ? '' : formatDuration(duration_ms),
		read + written === 0 ? '' : `${formatCount(read)} in, ${formatCount(written)} out`,
		cost === null || cost.usd === 0 ? '' : costWords(cost),
		files.length === 0 ? '' : fileWords(files),
	].filter((fact) => fact !== '');
}

function fileWords(files: ExportTurn['files']): string {
	const sum = (pick: (file: ExportTurn['files'][number]) => number | null) =>
		files.reduce((total, file) => total + (pick(file) ?? 0), 0);
	const isCounted = files.some(({ added, removed }) => added !== null || removed !== null);
	const lines = isCounted ? ` +${sum(({ added }) => added)} −${sum(({ removed }) => removed)}` : '';
	return `${formatPlural(files.length, 'file')}${lines}`;
}

/** `$0.13`, `$0.13 in plan`, `~$0.13 (estimated by prices of 2025-11-30)`. */
function costWords({ usd, kind, prices_as_of }: ExportCost): string {
	if (kind === 'in_plan') return `${formatCost(usd, prices_as_of !== null)} in plan`;
	if (kind === 'reported') return formatCost(usd);
	return `${formatCost(usd, true)} (estimated${prices_as_of === null ? '' : ` by prices of ${prices_as_of}`})`;
}

/** What stands above the story, by its label. */
export function headFacts(head: ExportHead): Array<[string, string]> {
	const { repo, began_at, last_used_at, usage, id, status, reason } = head;
	const facts: Array<[string, string]> = [
		['Repository', repo.branch === null ? repo.name : `${repo.name}, branch ${repo.branch}`],
		['Status', reason === null ? status : `${status} (${reason.replaceAll('_', ' ')})`],
		['When', `${spanOf(began_at, last_used_at)} (${zoneOf(began_at)})`],
		['Agents', agentWords(head)],
		['What happened', countWords(head)],
		['Tokens', tokenWords(usage)],
		...costFacts(usage),
		['Session', id],
	];
	return facts.filter(([, value]) => value !== '');
}

/** Label and value of each kind of cost that there is. */
function costFacts({ cost, prices_as_of }: ExportUsage): Array<[string, string]> {
	const day = prices_as_of === null ? '' : `, by list prices of ${prices_as_of}`;
	const { in_plan_usd, reported_usd, estimated_usd } = cost;
	const facts: Array<[string, number | null, string]> = [
		['Within a plan', in_plan_usd, ' at list prices, which the plan covers'],
		['Billed', reported_usd, ', as the agents report it'],
		['Estimated', estimated_usd, day],
	];
	return facts.flatMap(
		([label, usd, note]): Array<[string, string]> =>
			usd === null ? [] : [[label, formatCost(usd, label === 'Estimated') + note]],
	);
}

/** `12.3k read (8k cached), 1.2k written`; empty where no agent reported any. */
function tokenWords(usage: ExportUsage): string {
	const { input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens } = usage;
	const read = input_tokens + cache_read_tokens + cache_write_tokens;
	if (read + output_tokens === 0) return '';
	const cached = cache_read_tokens === 0 ? '' : ` (${formatCount(cache_read_tokens)} from a cache)`;
	const thought = reasoning_tokens === 0 ? '' : ` (${formatCount(reasoning_tokens)} of it reasoning)`;
	return `${formatCount(read)} read${cached}, ${formatCount(output_tokens)} written${thought}`;
}

function countWords({ counts }: ExportHead): string {
	const { turns, undone_turns, hand_overs, limits, waits, questions, checkpoints, files } = counts;
	const some = (count: number, noun: string) => (count === 0 ? '' : formatPlural(count, noun));
	return [
		formatPlural(turns, 'turn') + (undone_turns === 0 ? '' : ` (${undone_turns} undone)`),
		some(hand_overs, 'hand-over'),
		limits === 0 ? '' : `${formatPlural(limits, 'limit')} met`,
		some(waits, 'wait'),
		some(questions, 'question'),
		some(checkpoints, 'checkpoint'),
		files === 0 ? '' : `${formatPlural(files, 'file')} changed`,
	]
		.filter((part) => part !== '')
		.join(', ');
}

function agentWords({ agents }: ExportHead): string {
	return agents
		.map(({ name, agent, models, turns }) => {
			const as = name === agent ? '' : ` (${agent})`;
			const model = models.length === 0 ? '' : ` ${models.join(', ')}`;
			return `${name}${as}${model}, ${formatPlural(turns, 'turn')}`;
		})
		.join('; ');
}

const VERBS: Readonly<Record<string, string>> = {
	read: 'read',
	edit: 'edit',
	execute: 'run',
	search: 'search',
	fetch: 'fetch',
};

/** `run npm test`. */
export function toolWords({ kind, name, title, is_sub_agent }: Tool): string {
	const verb = VERBS[kind] ?? name;
	const words = title === '' || title === verb ? verb : `${verb} ${title}`;
	return `${is_sub_agent ? 'sub-agent: ' : ''}${words.replace(/\s+/g, ' ')}`;
}

/** `✓`, `✗ exit 1`. */
export function toolOutcome({ status, exit_code }: Tool): { mark: string; word: string; fact: string } {
	const exit = exit_code === null || exit_code === 0 ? '' : `exit ${exit_code}`;
	if (status === 'ok') return { mark: '✓', word: 'ok', fact: exit };
	if (status === 'denied') return { mark: '⊘', word: 'denied', fact: 'denied' };
	if (status === 'error') return { mark: '✗', word: 'failed', fact: exit === '' ? 'failed' : exit };
	return { mark: '?', word: 'outcome unknown', fact: 'outcome unknown' };
}

const PLAN_MARKS: Readonly<Record<string, string>> = { pending: '☐', in_progress: '▸', completed: '☑' };

export const planMark = (status: string): string => PLAN_MARKS[status] ?? '·';

/** `racer: 2/3 checks, 3 files +40 −2, 1 min 3 s`. */
export function entrantFacts(entrant: ExportEntrant): string[] {
	const { checks, diff, work_ms, cost_usd, cost_source, outcome, tokens } = entrant;
	const passed = checks.filter(({ status }) => status === 'passed').length;
	const isCounted = tokens.input !== null || tokens.output !== null;
	return [
		outcome === null ? 'not ended' : outcome.replaceAll('_', ' '),
		checks.length === 0 ? '' : `${passed}/${checks.length}`,
		diff === null ? '' : diff.files === 0 ? 'none' : `${diff.files} +${diff.added} −${diff.removed}`,
		isCounted ? `${formatCount(tokens.input ?? 0)} in, ${formatCount(tokens.output ?? 0)} out` : '',
		cost_usd === null ? '' : formatCost(cost_usd, cost_source !== 'reported'),
		work_ms === null ? '' : formatDuration(work_ms),
	];
}

export const ENTRANT_COLUMNS = ['outcome', 'checks', 'files', 'tokens', 'cost', 'time'] as const;

export function redactionWords({ is_redacted, removed, home_paths, shortened }: ExportRedaction): string[] {
	const total = removed.reduce((sum, { count }) => sum + count, 0);
	const kinds = removed.map(({ kind, count }) => `${count} × ${kind}`).join(', ');
	const secrets =
		total === 0 ? 'No secret was found.' : `Secrets removed in ${formatPlural(total, 'place')}: ${kinds}.`;
	return [
		is_redacted ? secrets : 'Nothing was redacted: secrets that agents met may be in this file.',
		home_paths === 0 ? '' : `${formatPlural(home_paths, 'path')} of the home folder shown as ~.`,
		shortened === 0 ? '' : `${formatPlural(shortened, 'text')} shortened; each says where the whole is.`,
	].filter((line) => line !== '');
}

/** A line for the fold of a turn. */
export function gist(text: string, maxChars = 140): string {
	const line = text.replace(/\s+/g, ' ').trim();
	const characters = [...line.slice(0, maxChars * 4)];
	return characters.length <= maxChars ? line : `${characters.slice(0, maxChars - 1).join('')}…`;
}

/** Files of a unified diff, each with its part; what precedes the first is no part, nor is the note of a cut behind the last. */
export function splitDiff(
	diff: string,
): Array<{ path: string; text: string; added: number; removed: number }> {
	return diff
		.replace(DIFF_CUT, '')
		.split(/^(?=diff --git )/m)
		.filter((part) => part.startsWith('diff --git '))
		.map((part) => {
			const body = part.slice(part.search(/^@@ /m)).split('\n');
			const count = (sign: string) =>
				part.search(/^@@ /m) < 0 ? 0 : body.filter((line) => line.startsWith(sign)).length;
			return { path: pathOf(part), text: part.trimEnd(), added: count('+'), removed: count('-') };
		});
}

/** How a snapshot store ends a diff that it cut; the words in brackets are its first group. */
export const DIFF_CUT = /^(\[diff cut: .*\])\n*$(?![\s\S])/m;

function pathOf(part: string): string {
	const head = part.split(/^@@ /m, 1)[0] ?? '';
	const renamed = /^rename to (.+)$/m.exec(head)?.[1];
	const named = /^\+\+\+ "?b\/(.+?)"?\t?$/m.exec(head)?.[1] ?? /^--- "?a\/(.+?)"?\t?$/m.exec(head)?.[1];
	return renamed ?? named ?? /^diff --git "?a\/(.+?)"? "?b\//.exec(head)?.[1] ?? 'a file';
}

export function adoptedWords({ entrant, at, commit, branch }: ExportRace['adopted'][number]): string {
	const where =
		branch !== null ? ` as branch ${branch}` : commit !== null ? ` as commit ${commit.slice(0, 10)}` : '';
	return `The work of ${entrant} was adopted${where}, ${localTime(at)}.`;
}

/** Where there are more, each is folded: their first lines are the table of contents. */
const OPEN_TURNS = 12;

/** The turns are shown without a click. A chat is read from end to end. */
export const isOpen = ({ kind, counts }: ExportHead): boolean =>
	kind === 'chat' || counts.turns <= OPEN_TURNS;

/** The task stands above the story where the first turn does not show it at once, and its title does not hold all of it. */
export const hasTask = (head: ExportHead): boolean =>
	head.task?.trim() !== head.title && (head.kind !== 'conversation' || !isOpen(head));

/** A heading of its own for each session of several. */
export function sessionWords(
	{ race }: ExportHead,
	{ session_id, entrant }: { session_id: string; entrant: string | null },
): string {
	if (entrant !== null) return `Entrant ${entrant}`;
	return race === null ? `Session ${session_id.slice(-6)}` : 'The race itself';
}
