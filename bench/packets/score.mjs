// Which planted facts are in a packet, by kind, and what got in that must not.
const PLAN_STATES = { done: /\[x\]/i, in_progress: /\[[~>/]\]|in[ _-]progress/i, pending: /\[ \]/ };
const CHANGES = {
	deleted: /delet|remov/i,
	renamed: /renam|moved/i,
	changed: /modif|add|chang|delet|renam|\+\d/i,
};
const USERS = new Set(['objective', 'prompt', 'interrupted', 'rule', 'correction']);
const NEAR = 400;

const fold = (text) => text.replace(/^> ?/gm, '').normalize('NFC').replace(/\s+/g, ' ').toLowerCase();
const withoutTag = (markdown, tag) =>
	markdown.replace(new RegExp(`^<(${tag}-[0-9a-f]{8})>\\n(?:(?!</\\1>).*\\n)*</\\1>$`, 'gm'), '');

/** What the session's prompts plant by themselves. */
function promptFacts({ turns }) {
	const kind = (at) => (at === 0 ? 'objective' : at === turns.length - 1 ? 'interrupted' : 'prompt');
	return turns.flatMap(({ user, isLong }, at) => (isLong ? [] : [{ kind: kind(at), parts: [user] }]));
}

export function scorePacket(packet, session) {
	const all = fold(packet.markdown);
	const agents = withoutTag(packet.markdown, 'user');
	const agentsFolded = fold(agents);
	const kinds = {};
	const missing = [];
	for (const fact of [...promptFacts(session), ...session.facts]) {
		const isThere = holds(fact, USERS.has(fact.kind) ? all : agentsFolded, agents);
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
	return { bytes: Buffer.byteLength(packet.markdown), kinds, missing, leaks: leaks(packet, session) };
}

function holds(fact, folded, raw) {
	switch (fact.kind) {
		case 'correction': {
			const later = folded.lastIndexOf(fold(fact.later));
			return later >= 0 && later > folded.lastIndexOf(fold(fact.earlier));
		}
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
		default:
			return near(folded, fact.parts.map(fold));
	}
}

function lastLineWith(text, words, test) {
	const line = text.split('\n').findLast((line) => line.includes(words));
	return line !== undefined && test(line);
}

function places(text, part) {
	const found = [];
	for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found.push(at);
	return found;
}

function near(text, [first, ...others]) {
	return places(text, first).some((at) =>
		others.every((part) => text.slice(Math.max(0, at - NEAR), at + first.length + NEAR).includes(part)),
	);
}

function leaks({ markdown, json }, session) {
	const outside = fold(withoutTag(markdown, 'record'));
	return session.leaks
		.filter(({ kind, text }) =>
			kind === 'injection' ? outside.includes(fold(text)) : `${markdown}\n${json}`.includes(text),
		)
		.map(({ kind, text }) => `${kind}: ${text.slice(0, 40)}`);
}
