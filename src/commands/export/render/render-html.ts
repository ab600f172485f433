/**
 * An export as one page that loads nothing and runs nothing: folds are `<details>`, the style is ours by its hash, and whatever
 * others wrote is text.
 */
import type { Export, ExportEvent, ExportHead, ExportItem, ExportRace, ExportTail } from '../document.ts';
import { type Html, html } from '../markup/html-text.ts';
import { turnHtml } from './html-turn.ts';
import { PAGE_STYLE, pagePolicy } from './page-style.ts';
import { isOneThread, storyItems } from './story-items.ts';
import {
	adoptedWords,
	ENTRANT_COLUMNS,
	entrantFacts,
	hasTask,
	headFacts,
	isOpen,
	localTime,
	redactionWords,
	sessionWords,
	zoneOf,
} from './words.ts';

export async function* renderHtml(exported: Export): AsyncGenerator<string> {
	const { head, tail } = exported;
	yield headHtml(head).html;
	const colors = new Map(head.agents.map(({ name }, at) => [name, `a${(at % 6) + 1}`]));
	for await (const item of storyItems(exported)) {
		if (item.type === 'session') yield sessionHtml(item, head).html;
		else if (item.type === 'event') yield eventHtml(item).html;
		else yield turnHtml(item, { color: colors.get(item.name) ?? '', isOpen: isOpen(head) }).html;
	}
	yield tailHtml(head, tail()).html;
}

const STYLE: Html = { html: PAGE_STYLE };

function headHtml(head: ExportHead): Html {
	const { title, kind, task, race, chat } = head;
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${pagePolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="generator" content="agent-relay">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#story">Skip to the story</a>
<header>
<p class="kicker">agent-relay ${kind}</p>
<h1>${title}</h1>
<dl class="facts">
${headFacts(head).map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>\n`)}</dl>
${task === null || !hasTask(head) ? null : html`<h2>Task</h2>\n<div class="words">${task}</div>\n`}${chat === null ? null : chatHtml(chat)}${race === null ? null : raceHtml(race)}</header>
${isOneThread(head) ? null : crumbsHtml(head)}<main id="story">
<h2>Story</h2>
`;
}

const anchorOf = (id: string) => `s-${id}`;

function crumbsHtml({ sessions, race }: ExportHead): Html {
	const links = sessions.map(
		({ id, entrant, title }) =>
			html`<li><a href="#${anchorOf(id)}">${entrant ?? (race === null ? (title ?? id.slice(-6)) : 'the race')}</a></li>\n`,
	);
	return html`<nav aria-label="Sessions">\n<ul class="crumbs">\n${links}</ul>\n</nav>\n`;
}

function sessionHtml(start: Extract<ExportItem, { type: 'session' }>, head: ExportHead): Html {
	const session = head.sessions.find(({ id }) => id === start.session_id);
	const facts = [localTime(start.at), session?.branch ?? '', session?.status ?? ''];
	return html`<h2 id="${anchorOf(start.session_id)}">${sessionWords(head, start)}</h2>\n<p class="note">${facts.filter((fact) => fact !== '').join(' · ')}</p>\n`;
}

/** The work changes hands, or stops. */
const LOUD: ReadonlySet<string> = new Set([
	'handed_over',
	'agent_switched',
	'nobody_left',
	'undone',
	'race_adopted',
]);

function eventHtml({ at, event, text, details }: ExportEvent): Html {
	const isWords = event === 'note' || event === 'command';
	const below = isWords
		? html`<div class="words">${details.join('\n')}</div>`
		: html`<ul>${details.map((line) => html`<li>${line}</li>`)}</ul>`;
	return html`<aside class="event${LOUD.has(event) ? ' loud' : ''}" aria-label="${event.replaceAll('_', ' ')}">
<p><time class="meta" datetime="${at}">${localTime(at)}</time> ${text}</p>
${details.length === 0 ? null : below}</aside>
`;
}

function chatHtml({ participants, until, agreed }: NonNullable<ExportHead['chat']>): Html {
	const rows = participants.map(({ id, agent, model, role, left }) => {
		const facts = [
			agent === id ? '' : agent,
			model ?? '',
			role ?? '',
			left === null ? '' : `left: ${left.replaceAll('_', ' ')}`,
		];
		return html`<li><strong>${id}</strong> ${facts.filter((fact) => fact !== '').join(' · ')}</li>\n`;
	});
	const goal = until === null ? null : html`<p>Until: ${until}</p>\n`;
	const end = agreed
		? html`<span class="tag good">all agreed</span>`
		: html`<span class="tag warn">not agreed</span>`;
	return html`<h2>Who talks</h2>\n<ul>\n${rows}</ul>\n${goal}<p>${end}</p>\n`;
}

function raceHtml({ entrants, verdict, winner, adopted, base }: ExportRace): Html {
	const rows = entrants.map(
		(entrant) =>
			html`<tr><td class="right">${entrant.rank ?? ''}</td><th scope="row">${entrant.id}${
				entrant.id === winner ? html` <span class="tag good">winner</span>` : null
			}</th>${entrantFacts(entrant).map((fact) => html`<td>${fact}</td>`)}</tr>\n`,
	);
	const reasons = entrants.flatMap(({ id, reason, notes }) =>
		[reason, ...notes].flatMap((words) =>
			words === null ? [] : [html`<li><strong>${id}</strong>: ${words}</li>\n`],
		),
	);
	return html`<h2>Race</h2>
${verdict === null ? null : html`<p><strong>${verdict}</strong></p>\n`}<div class="wide" tabindex="0" role="region" aria-label="Entrants">
<table>
<thead><tr><th scope="col">#</th><th scope="col">entrant</th>${ENTRANT_COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows}</tbody>
</table>
</div>
${reasons.length === 0 ? null : html`<ul>\n${reasons}</ul>\n`}${adopted.map((entry) => html`<p>${adoptedWords(entry)}</p>\n`)}<p class="note">Base: ${base.commit.slice(0, 10)}</p>
`;
}

function tailHtml({ exported_at }: ExportHead, { redaction, problems }: ExportTail): Html {
	return html`</main>
<footer>
<h2>About this file</h2>
<ul>
${redactionWords(redaction).map((line) => html`<li>${line}</li>\n`)}${problems.map((words) => html`<li>Not whole: ${words}</li>\n`)}</ul>
<p>Exported ${localTime(exported_at)} (${zoneOf(exported_at)}). The page loads nothing and runs no script.</p>
</footer>
</body>
</html>
`;
}
