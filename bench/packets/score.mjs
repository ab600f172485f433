// Which planted facts are in a packet, by kind, and what got in that must not.
const PLAN_STATES = { done: /\[x\]/i, in_progress: /\[[~>/]\]|in[ _-]progress/i, pending: /\[ \]/ };
const CHANGES = {
	deleted: /delet|remov/i,
	renamed: /renam|moved/i,
	changed: /modif|add|chang|delet|renam|\+\d/i,
};
const USERS = new Set(['objective', 'prompt', 'interrupted', 'rule', 'correction', 'overruled', 'note']);
const NEAR = 400;
/** What the relay keeps of a `!cmd` line and its output. */
const SHELL_NOTE = 8000;

const fold = (text) => text.replace(/^> ?/gm, '').normalize('NFC').replace(/\s+/g, ' ').toLowerCase();
const withoutTag = (markdown, tag) =>
	markdown.replace(new RegExp(`^<(${tag}-[0-9a-f]{8})>\\n(?:(?!</\\1>).*\\n)*</\\1>$`, 'gm'), '');

/** What the session's prompts plant by themselves. */
export function promptFacts({ turns }) {
	const kind = (at) => (at === 0 ? 'objective' : at === turns.length - 1 ? 'interrupted' : 'prompt');
	return turns.flatMap(({ user, isLong }, at) => (isLong ? [] : [{ kind: kind(at), parts: [user] }]));
}

/** `facts` that have to be in the packet, `leaks` that may not. */
export function scorePacket(packet, { facts, leaks }) {
	const all = fold(packet.markdown);
	const agents = withoutTag(packet.markdown, 'user');
	const agentsFolded = fold(agents);
	const kinds = {};
	const missing = [];
	for (const fact of facts) {
		const raw = USERS.has(fact.kind) ? packet.markdown : agents;
		const isThere = holds(fact, USERS.has(fact.kind) ? all : agentsFolded, raw);
		kinds[fact.kind] ??= { found: 0, total: 0 };
		const kind = kinds[fact.kind];
		kind.total++;
		if (isThere) kind.found++;
		else
			missing.push(
				`${fact.kind}: ${fact.text ?? fact.later ?? fact.path ?? fact.line ?? fact.parts.join(' … ')}`.slice(
					0,
					90,
				),
			);
	}
	return { bytes: Buffer.byteLength(packet.markdown), kinds, missing, leaks: leaked(packet, leaks) };
}

function holds(fact, folded, raw) {
	switch (fact.kind) {
		case 'correction': {
			const later = folded.lastIndexOf(fold(fact.later));
			return later >= 0 && later > folded.lastIndexOf(fold(fact.earlier));
		}
		case 'overruled':
			return standsLater(raw, fact);
		case 'plan':
			return lastLineWith(raw, fact.text, (line) => PLAN_STATES[fact.state].test(line));
		case 'file':
			return raw.split('\n').some((line) => line.includes(fact.path) && CHANGES[fact.how].test(line));
		case 'command':
			return places(folded, fold(fact.line)).some((at) =>
				new RegExp(`exit(?:ed)?(?: code| with)?\\W*${fact.exit}\\b`).test(
					folded.slice(Math.max(0, at - 60), at + 160),
				),
			);
		case 'user command':
			return near(folded, fact.parts.map(fold), SHELL_NOTE);
		default:
			return near(folded, fact.parts.map(fold), NEAR);
	}
}

/** The user's words are there; the agent's stand above them, or are labelled as of an earlier turn. */
function standsLater(markdown, { earlier, later }) {
	const lines = foldedLines(markdown);
	const place = (text) => lines.findLastIndex((line) => line.includes(fold(text)));
	const turnOf = (at) => lines.slice(0, at).findLast((line) => /^(?:note after )?turn \d+/.test(line)) ?? '';
	const [before, after] = [place(earlier), place(later)];
	if (after < 0 || before < after) return after >= 0;
	const [, said] = /turn (\d+)/.exec(turnOf(before)) ?? [];
	const [, stands] = /turn (\d+)/.exec(turnOf(after)) ?? [];
	return Number(said) < Number(stands);
}

const foldedLines = (markdown) => markdown.split('\n').map(fold);

function lastLineWith(text, words, test) {
	const lines = text.split('\n').filter((line) => line.includes(words));
	const line = lines.findLast((line) => line.endsWith(words)) ?? lines.at(-1);
	return line !== undefined && test(line);
}

function places(text, part) {
	const found = [];
	for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found.push(at);
	return found;
}

function near(text, [first, ...others], distance) {
	return places(text, first).some((at) =>
		others.every((part) =>
			text.slice(Math.max(0, at - distance), at + first.length + distance).includes(part),
		),
	);
}

function leaked({ markdown, json }, leaks) {
	const outside = fold(withoutTag(markdown, 'record'));
	return leaks
		.filter(({ kind, text }) =>
			kind === 'injection' ? outside.includes(fold(text)) : `${markdown}\n${json}`.includes(text),
		)
		.map(({ kind, text }) => `${kind}: ${text.slice(0, 40)}`);
}

const SIGN = /[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]/;
const WORDS = new RegExp(`${SIGN.source}|(?:(?!${SIGN.source})[\\p{L}\\p{N}_])+`, 'gu');
const RUN_WORDS = 8;
const RUN_SIGNS = 16;

/**
 * Bytes of the packet's quoted text that stand in `known` too, in runs of eight words (or 16 signs). Lines of `talk` are
 * passed over: there is little of it, so all agents say the same.
 */
export function repeatedBytes(markdown, known, talk) {
	const words = (text) => text.toLowerCase().match(WORDS) ?? [];
	const lines = fencedText(markdown).split('\n');
	const quoted = words(lines.filter((line) => !isOf(talk, line.replace(/^> ?/, ''))).join('\n'));
	const runs = new Set(runsOf(words(known)).map(({ text }) => text));
	const isRepeated = new Array(quoted.length).fill(false);
	for (const { text, at, length } of runsOf(quoted))
		if (runs.has(text)) isRepeated.fill(true, at, at + length);
	return quoted.reduce((sum, word, at) => sum + (isRepeated[at] ? Buffer.byteLength(word) + 1 : 0), 0);
}

const isOf = (talk, line) => line.length > 8 && talk.includes(line);

const fencedText = (markdown) =>
	[...markdown.matchAll(/^<((?:record|user)-[0-9a-f]{8})>\n((?:(?!<\/\1>).*\n)*)<\/\1>$/gm)]
		.map(([, , text]) => text)
		.join('');

function runsOf(words) {
	return words.flatMap((word, at) => {
		const length = SIGN.test(word) ? RUN_SIGNS : RUN_WORDS;
		const run = words.slice(at, at + length);
		return run.length === length ? [{ text: run.join(' '), at, length }] : [];
	});
}

/** Which of the phrases that the agent knew before the packet tells again. */
export const retold = (markdown, known) =>
	known.filter((text) => fold(fencedText(markdown)).includes(fold(text)));
