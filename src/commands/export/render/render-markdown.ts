/** An export as Markdown for GitHub: folds are `<details>`, and nothing of others can close them. */
import { formatPlural } from '../../../core/plural.ts';
import { readMarkdown, readMarkdownPieces } from '../../../markdown/read-markdown.ts';
import type {
	Export,
	ExportEvent,
	ExportHead,
	ExportRace,
	ExportStep,
	ExportTail,
	ExportTurn,
} from '../document.ts';
import { escapeHtml } from '../markup/html-text.ts';
import { escapeMarkdown, fenced, prefixed, toMarkdown } from '../markup/to-markdown.ts';
import { storyItems } from './story-items.ts';
import {
	adoptedWords,
	ENTRANT_COLUMNS,
	entrantFacts,
	gist,
	hasTask,
	headFacts,
	isOpen,
	localTime,
	outcomeWords,
	planMark,
	redactionWords,
	sessionWords,
	toolOutcome,
	toolWords,
	turnFacts,
	whoWords,
} from './words.ts';

/** Headings of an answer stand below those of the page. */
const ANSWER_DEPTH = 3;

export async function* renderMarkdown(exported: Export): AsyncGenerator<string> {
	const { head, tail } = exported;
	yield headText(head);
	for await (const item of storyItems(exported)) {
		if (item.type === 'session') {
			const what = sessionWords(head, item);
			yield `\n## ${escapeMarkdown(what)}${item.title === '' ? '' : `: ${escapeMarkdown(gist(item.title))}`}\n`;
		} else yield item.type === 'turn' ? turnText(item, isOpen(head)) : eventText(item);
	}
	yield tailText(tail());
}

function headText(head: ExportHead): string {
	const { title, task } = head;
	const rows = headFacts(head).map(
		([label, value]) => `| **${label}** | ${escapeMarkdown(gist(value, 400))} |`,
	);
	return [
		`# ${escapeMarkdown(title)}`,
		['| | |', '|---|---|', ...rows].join('\n'),
		task === null || !hasTask(head) ? '' : `## Task\n\n${quoted(task)}`,
		head.chat === null ? '' : chatText(head.chat),
		head.race === null ? '' : raceText(head.race),
		'## Story\n',
	]
		.filter((part) => part !== '')
		.join('\n\n');
}

/** The lines of a prompt stay apart, as they were typed. */
const quoted = (text: string): string =>
	prefixed(toMarkdown(readMarkdown(text.replace(/(\S)\n(?=\S)/g, '$1  \n')), ANSWER_DEPTH), '> ');

function chatText({ participants, until, agreed }: NonNullable<ExportHead['chat']>): string {
	const rows = participants.map(({ id, agent, model, role, left }) => {
		const facts = [
			agent === id ? '' : agent,
			model ?? '',
			role === null ? '' : `as ${role}`,
			left === null ? '' : `left: ${left.replaceAll('_', ' ')}`,
		];
		return `- **${escapeMarkdown(id)}** ${escapeMarkdown(facts.filter((fact) => fact !== '').join(', '))}`.trimEnd();
	});
	const goal = until === null ? [] : [`Until: ${escapeMarkdown(gist(until, 400))}`];
	return ['## Who talks', rows.join('\n'), ...goal, agreed ? 'All agreed.' : 'They have not agreed.'].join(
		'\n\n',
	);
}

function raceText({ entrants, verdict, adopted, base }: ExportRace): string {
	const rows = entrants.map((entrant) =>
		[
			entrant.rank === null ? '' : String(entrant.rank),
			[entrant.id, entrant.model ?? ''].filter((part) => part !== '').join(' '),
			...entrantFacts(entrant),
		]
			.map((cell) => ` ${escapeMarkdown(gist(cell, 200))} |`)
			.join(''),
	);
	const head = ['#', 'entrant', ...ENTRANT_COLUMNS].map((name) => ` ${name} |`).join('');
	return [
		'## Race',
		`|${head}\n|${'---|'.repeat(ENTRANT_COLUMNS.length + 2)}\n${rows.map((row) => `|${row}`).join('\n')}`,
		verdict === null ? '' : escapeMarkdown(verdict),
		...entrants.flatMap(({ id, reason }) =>
			reason === null ? [] : [`- ${escapeMarkdown(`${id}: ${gist(reason, 400)}`)}`],
		),
		...adopted.map((entry) => escapeMarkdown(adoptedWords(entry))),
		`Base: ${base.commit.slice(0, 10)}`,
	]
		.filter((part) => part !== '')
		.join('\n\n');
}

function eventText({ at, text, details }: ExportEvent): string {
	const below = details.map((line) => `>\n> ${escapeMarkdown(gist(line, 400))}`).join('\n');
	return `\n> **${localTime(at)}** ${escapeMarkdown(gist(text, 400))}\n${below === '' ? '' : `${below}\n`}`;
}

function turnText(turn: ExportTurn, isOpened: boolean): string {
	const { number, prompt, undone_at } = turn;
	const said = gist(prompt?.text ?? '', 100);
	const undone = undone_at === null ? '' : ' · <b>undone</b>';
	const name = escapeHtml(`${number}. ${whoWords(turn)}`);
	const facts = escapeHtml([outcomeWords(turn), ...turnFacts(turn)].join(' · '));
	const summary = `<b>${name}</b>${undone} · ${facts}${said === '' ? '' : `<br>${escapeHtml(said)}`}`;
	return `\n<details${isOpened ? ' open' : ''}><summary>${summary}</summary>\n\n${turnParts(turn).join('\n\n')}\n\n</details>\n`;
}

function turnParts(turn: ExportTurn): string[] {
	const { prompt, packet, undone_at, story, limit, error, stderr, diff, diff_missing, left_out } = turn;
	return [
		undone_at === null ? '' : `**Undone** by the user, ${localTime(undone_at)}: its changes were taken back.`,
		packet === null ? '' : `Began with the packet \`${packet.replaceAll('`', '')}\`.`,
		prompt === null
			? ''
			: `**Prompt**${prompt.is_confirmed ? '' : ' (not confirmed as the user’s own words)'}\n\n${quoted(prompt.text)}`,
		...storyParts(story),
		...turn.questions.map(questionText),
		turn.plan.length === 0
			? ''
			: `**Plan**\n\n${turn.plan.map((item) => `- ${planMark(item.status)} ${escapeMarkdown(gist(item.text, 300))}`).join('\n')}`,
		turn.validation.length === 0
			? ''
			: turn.validation
					.map((check) => `- ${check.kind} ${check.status}: ${escapeMarkdown(gist(check.command, 200))}`)
					.join('\n'),
		limit === null ? '' : `**Limit:** ${escapeMarkdown(limit)}`,
		error === null ? '' : `**Error:** ${escapeMarkdown(gist(error.message, 2000))}`,
		...turn.warnings.map((text) => `**Note:** ${escapeMarkdown(gist(text, 400))}`),
		stderr === null ? '' : folded('stderr', fenced(stderr)),
		filesText(turn),
		diff === null ? '' : folded('Diff', fenced(diff.trimEnd(), 'diff')),
		diff_missing === null ? '' : `*${diff_missing}*`,
		left_out.length === 0 ? '' : left_out.map((words) => `*Left out: ${escapeMarkdown(words)}*`).join('\n\n'),
	].filter((part) => part !== '');
}

const folded = (summary: string, body: string): string =>
	`<details><summary>${escapeHtml(summary)}</summary>\n\n${body}\n\n</details>`;

function filesText({ files }: ExportTurn): string {
	if (files.length === 0) return '';
	const rows = files.map(({ path, from, change, added, removed }) => {
		const lines = added === null && removed === null ? '' : ` +${added ?? 0} −${removed ?? 0}`;
		return `- ${change} ${escapeMarkdown(from === null ? path : `${from} → ${path}`)}${lines}`;
	});
	return `**Files**\n\n${rows.join('\n')}`;
}

type Tool = Extract<ExportStep, { type: 'tool' }>;

/** Calls in a row share a fold. */
function storyParts(story: readonly ExportStep[]): string[] {
	const parts: string[] = [];
	let calls: Tool[] = [];
	const close = () => {
		if (calls.length > 0)
			parts.push(folded(formatPlural(calls.length, 'tool call'), calls.map(toolText).join('\n\n')));
		calls = [];
	};
	for (const step of story) {
		if (step.type === 'tool') calls.push(step);
		else {
			close();
			for (const blocks of readMarkdownPieces(step.text)) parts.push(toMarkdown(blocks, ANSWER_DEPTH));
		}
	}
	close();
	return parts;
}

function toolText(tool: Tool): string {
	const { mark, fact } = toolOutcome(tool);
	const { command, output } = tool;
	const head = `${mark} ${escapeMarkdown(gist(toolWords(tool), 300))}${fact === '' ? '' : ` · ${fact}`}`;
	const isLong = command !== null && (command.includes('\n') || command.length > 300);
	return [head, isLong ? fenced(command, 'sh') : '', output.trim() === '' ? '' : fenced(output.trimEnd())]
		.filter((part) => part !== '')
		.join('\n\n');
}

function questionText({ title, detail, options, answer }: ExportTurn['questions'][number]): string {
	const rows = [
		`**Asked:** ${escapeMarkdown(gist(title, 400))}`,
		detail === '' || detail === title ? '' : fenced(detail),
		options.length === 0 ? '' : `Options: ${escapeMarkdown(options.join(' / '))}`,
		`**Answered:** ${escapeMarkdown(answer ?? 'not yet')}`,
	];
	return rows.filter((row) => row !== '').join('\n\n');
}

function tailText({ redaction, problems }: ExportTail): string {
	const lines = [...redactionWords(redaction), ...problems.map((text) => `Not whole: ${text}`)];
	return `\n## About this file\n\n${lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n')}\n`;
}
