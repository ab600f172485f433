/** An agent's own transcript as a page: what `show PATH` says of it. All text made safe here. */
import { toIsoOrNull } from '../../core/clock.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import type { ShownTurn, TranscriptPage } from '../../history/describe-transcript.ts';
import { fieldLines } from '../../ui/field-lines.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Look } from '../look.ts';

const LINE_CHARS = 200;

export function transcriptPage(page: TranscriptPage, look: Look): string[] {
	const { path, agent, id, cwd, title, version, count, turns, torn } = page;
	const { theme } = look;
	const cut = count - turns.length;
	return [
		`${theme.bold(safeLine(id ?? path, LINE_CHARS))}  ${theme.dim(`transcript of ${agent}`)}`,
		...fieldLines(
			[
				['title', safeLine(title ?? '', LINE_CHARS)],
				['worked in', safeLine(cwd ?? '', LINE_CHARS)],
				['version', safeLine(version ?? '', 40)],
				['file', safeLine(path, LINE_CHARS)],
				['began', toIsoOrNull(turns[0]?.startedAt ?? null) ?? ''],
			],
			look,
		),
		'',
		theme.dim(cut > 0 ? `The newest ${turns.length} of ${formatPlural(count, 'turn')}` : 'Turns'),
		...(count === 0 ? ['No turn yet.'] : turns.flatMap((turn) => turnLines(turn, look))),
		...(torn === 0 ? [] : ['', theme.warn(`! ${formatPlural(torn, 'line')} could not be read`)]),
	];
}

function turnLines(turn: ShownTurn, { theme, columns }: Look): string[] {
	const { model, outcome, prompt, answer, tools, edited, message } = turn;
	const below = (text: string) => wrapToColumns(`      ${text}`, columns, { indent: 8 });
	const facts = [
		tools === 0 ? '' : formatPlural(tools, 'call'),
		edited.length === 0
			? ''
			: `changed ${edited
					.slice(0, 5)
					.map((path) => safeLine(path, 80))
					.join(', ')}`,
	].filter((fact) => fact !== '');
	const state = outcome === 'completed' ? theme.good(outcome) : theme.warn(outcome);
	return [
		`  ${theme.bold(String(turn.turn).padStart(2))}  ${theme.accent(safeLine(model ?? '', 40))} ${state}`,
		...below(`› ${prompt}`).map(theme.bold),
		...(answer === '' ? [] : below(answer)),
		...(message === null ? [] : below(safeLine(message, LINE_CHARS)).map(theme.bad)),
		...(facts.length === 0 ? [] : below(facts.join(' · ')).map(theme.dim)),
	];
}

/** The same as data; times ISO-8601. */
export function transcriptToJson({ turns, ...page }: TranscriptPage) {
	return {
		...page,
		turns: turns.map(({ startedAt, endedAt, tokens, ...turn }) => ({
			...turn,
			started_at: toIsoOrNull(startedAt),
			ended_at: toIsoOrNull(endedAt),
			tokens: {
				input: tokens.input,
				output: tokens.output,
				cache_read: tokens.cacheRead,
				cache_write: tokens.cacheWrite,
				reasoning: tokens.reasoning,
			},
		})),
	};
}
