/** One turn of an exported page: its fold, what was said, done, changed and met. */

import { readMarkdownPieces } from '../../../markdown/read-markdown.ts';
import type { ExportQuestion, ExportStep, ExportTurn } from '../document.ts';
import { type Html, html } from '../markup/html-text.ts';
import { codeHtml, toHtml } from '../markup/to-html.ts';
import {
	DIFF_CUT,
	gist,
	localTime,
	OUTCOME_TONES,
	outcomeWords,
	splitDiff,
	toolOutcome,
	toolWords,
	turnFacts,
	whoWords,
} from './words.ts';

/** Headings of an answer stand below those of the page. */
const ANSWER_DEPTH = 3;
/** A diff of so many lines is shown without a click. */
const OPEN_DIFF_LINES = 60;
/** More calls in a row share a fold. */
const SHOWN_CALLS = 4;

export function turnHtml(turn: ExportTurn, { color, isOpen }: { color: string; isOpen: boolean }): Html {
	const { number, prompt, undone_at } = turn;
	const said = gist(prompt?.text ?? firstWords(turn.story));
	const undone = undone_at === null ? null : html` <span class="tag warn">undone</span>`;
	const outcome = html`<span class="tag ${OUTCOME_TONES[turn.status]}">${outcomeWords(turn)}</span>`;
	return html`<article class="turn ${color}${undone_at === null ? '' : ' undone'}" id="t${number}" aria-labelledby="h${number}">
<details${isOpen ? html` open` : null}>
<summary><h3 id="h${number}">${number}. ${whoWords(turn)}</h3>${outcome}${undone} <span class="meta">${turnFacts(turn).map(unbroken).join(' · ')}</span>${said === '' ? null : html`<span class="gist">${said}</span>`}</summary>
<div class="inside">
${partsOf(turn)}</div>
</details>
</article>
`;
}

/** A fact stays on one line. */
const unbroken = (fact: string): string => fact.replaceAll(' ', '\u00a0');

const firstWords = (story: readonly ExportStep[]): string =>
	story.find((step) => step.type === 'message')?.text ?? '';

const label = (text: string): Html => html`<h4 class="label">${text}</h4>\n`;

function partsOf(turn: ExportTurn): Array<Html | null> {
	const { prompt, packet, undone_at, error, limit, stderr, warnings, plan, validation, left_out } = turn;
	return [
		undone_at === null
			? null
			: html`<p class="said warn">Undone by the user, ${localTime(undone_at)}: its changes were taken back.</p>\n`,
		packet === null
			? null
			: html`<p class="note">Began with the packet <span class="path">${packet}</span>.</p>\n`,
		prompt === null
			? null
			: html`${label(prompt.is_confirmed ? 'Prompt' : 'Prompt (not confirmed as the user’s own words)')}<div class="words">${prompt.text.trim()}</div>\n`,
		turn.story.length === 0
			? null
			: html`${turn.trigger === 'chat' ? null : label('Answer')}${storyHtml(turn.story)}`,
		turn.questions.length === 0 ? null : html`${label('Questions')}${turn.questions.map(questionHtml)}`,
		plan.length === 0
			? null
			: html`${label('Plan')}<ul class="plain">\n${plan.map(({ text, status }) => html`<li><span class="box ${PLAN_BOXES[status] ?? ''}" role="img" aria-label="${status.replaceAll('_', ' ')}"></span>${gist(text, 400)}</li>\n`)}</ul>\n`,
		limit === null ? null : html`<p class="said warn"><strong>Limit:</strong> ${limit}</p>\n`,
		error === null ? null : html`<p class="said bad"><strong>Error:</strong> ${error.message}</p>\n`,
		warnings.map((text) => html`<p class="said warn">${text}</p>\n`),
		stderr === null
			? null
			: html`<details><summary>What it wrote to stderr</summary>${codeHtml(stderr)}</details>\n`,
		validation.length === 0
			? null
			: html`${label('Checks')}<ul class="plain">\n${validation.map(checkHtml)}</ul>\n`,
		changesHtml(turn),
		left_out.length === 0
			? null
			: html`<ul class="note">\n${left_out.map((words) => html`<li>Left out: ${words}</li>\n`)}</ul>\n`,
	].map((part) => (Array.isArray(part) ? html`${part}` : part));
}

type Tool = Extract<ExportStep, { type: 'tool' }>;

function storyHtml(story: readonly ExportStep[]): Html[] {
	const parts: Html[] = [];
	let calls: Tool[] = [];
	const close = () => {
		if (calls.length > 0) parts.push(callsHtml(calls));
		calls = [];
	};
	for (const step of story) {
		if (step.type === 'tool') calls.push(step);
		else {
			close();
			parts.push(html`<div class="answer">${answerHtml(step.text)}</div>\n`);
		}
	}
	close();
	return parts;
}

function answerHtml(text: string): Html[] {
	const parts: Html[] = [];
	for (const blocks of readMarkdownPieces(text)) parts.push(toHtml(blocks, ANSWER_DEPTH));
	return parts;
}

function callsHtml(calls: readonly Tool[]): Html {
	const rows = html`${calls.map(toolHtml)}`;
	if (calls.length <= SHOWN_CALLS) return rows;
	const failed = calls.filter(({ status }) => status === 'error' || status === 'denied').length;
	const note = failed === 0 ? null : html` <span class="tag bad">${failed} failed</span>`;
	return html`<details class="tool"><summary>${calls.length} tool calls${note}</summary><div>${rows}</div></details>\n`;
}

const PLAN_BOXES: Readonly<Record<string, string>> = { completed: 'done', in_progress: 'now' };
const TOOL_TONES: Readonly<Record<string, string>> = { ok: 'good', error: 'bad', denied: 'warn' };

function toolHtml(tool: Tool): Html {
	const { word, fact } = toolOutcome(tool);
	const { command, output, status } = tool;
	const words = toolWords(tool);
	const head = html`<span class="mark ${TOOL_TONES[status] ?? 'plain'}" role="img" aria-label="${word}"></span><span class="path">${gist(words, 200)}</span>${fact === '' ? null : html` <span class="meta">${fact}</span>`}`;
	const isLong = command !== null && gist(words, 200) !== words;
	const body = [
		isLong ? codeHtml(command, 'command') : null,
		output.trim() === '' ? null : codeHtml(output.trimEnd(), 'output'),
	];
	if (body.every((part) => part === null)) return html`<div class="tool"><div>${head}</div></div>\n`;
	return html`<details class="tool"><summary>${head}</summary><div>${body}</div></details>\n`;
}

function questionHtml({ title, detail, options, answer }: ExportQuestion): Html {
	return html`<div class="said"><p><strong>${title}</strong></p>${
		detail === '' || detail === title ? null : codeHtml(detail)
	}${options.length === 0 ? null : html`<p class="note">${options.join(' / ')}</p>`}<p>${answer === null ? 'Not answered yet.' : `Answered: ${answer}`}</p></div>\n`;
}

function checkHtml({ kind, command, status, exit_code }: ExportTurn['validation'][number]): Html {
	const tone = status === 'passed' ? 'good' : status === 'failed' ? 'bad' : '';
	const exit = exit_code === null || exit_code === 0 ? '' : ` · exit ${exit_code}`;
	return html`<li><span class="tag ${tone}">${kind} ${status}</span> <span class="path">${gist(command, 200)}</span>${exit}</li>\n`;
}

/** Files with their diffs; those without one by name. */
function changesHtml({ files, diff, diff_missing }: ExportTurn): Html | null {
	const parts = splitDiff(diff ?? '');
	const lines = diff === null ? 0 : diff.split('\n').length;
	const named = new Set(parts.map(({ path }) => path));
	const others = files.filter(({ path }) => !named.has(path));
	const [, rest] = DIFF_CUT.exec(diff ?? '') ?? [];
	if (parts.length === 0 && others.length === 0)
		return diff_missing === null ? null : html`<p class="note">${diff_missing}</p>\n`;
	return html`${label('Changes')}${parts.map((part) => fileHtml(part, lines <= OPEN_DIFF_LINES))}${
		others.length === 0
			? null
			: html`<ul class="plain">\n${others.map(({ path, from, change, added, removed }) => html`<li class="file">${change} <span class="path">${from === null ? path : `${from} → ${path}`}</span>${countsHtml(added, removed)}</li>\n`)}</ul>\n`
	}${rest ? html`<p class="note">${rest}</p>\n` : null}${diff_missing === null ? null : html`<p class="note">${diff_missing}</p>\n`}`;
}

function countsHtml(added: number | null, removed: number | null): Html | null {
	if (added === null && removed === null) return null;
	return html` <span class="plus">+${added ?? 0}</span> <span class="minus">−${removed ?? 0}</span>`;
}

function fileHtml(
	{ path, text, added, removed }: ReturnType<typeof splitDiff>[number],
	isOpen: boolean,
): Html {
	return html`<details class="file"${isOpen ? html` open` : null}><summary><span class="path">${path}</span>${countsHtml(added, removed)}</summary><pre class="diff" tabindex="0" aria-label="diff of ${path}"><code>${shownLines(text).map(lineHtml)}</code></pre></details>\n`;
}

function lineHtml(line: string): Html {
	return html`<span class="${classOf(line)}">${line}\n</span>`;
}

/** The fold names the file already. */
function shownLines(text: string): string[] {
	const lines = text.split('\n');
	const body = lines.findIndex((line) => line.startsWith('@@'));
	const isTold = (line: string) => /^(?:diff --git |index |--- |\+\+\+ )/.test(line);
	return lines.filter((line, at) => (body >= 0 && at >= body) || !isTold(line));
}

function classOf(line: string): string {
	if (line.startsWith('@@')) return 'hunk';
	if (line.startsWith('+')) return 'add';
	return line.startsWith('-') ? 'del' : 'same';
}
