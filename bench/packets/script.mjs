// The vocabulary of the scripted sessions: what an agent does, what was planted, and the talk that surrounds it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Acts of an agent.
export const say = (text) => ({ act: 'say', text });
/** Reasoning: may never be told as a fact. */
export const think = (text) => ({ act: 'think', text });
export const run = (command, exit, output = '') => ({ act: 'run', command, exit, output });
export const edit = (path, before, after) => ({ act: 'edit', path, before, after });
export const write = (path, content) => ({ act: 'write', path, content });
export const remove = (path) => ({ act: 'remove', path });
export const rename = (from, to) => ({ act: 'rename', from, to });
/** Items are written `x done thing`, `> current thing`, `  open thing`. */
export const plan = (...items) => ({ act: 'plan', items });

export const turn = (user, ...acts) => ({ user, acts });
/** A prompt that is itself long (a pasted log): only the rules inside it are counted, not the whole text. */
export const longTurn = (user, ...acts) => ({ user, acts, isLong: true });

// Planted facts. Several parts must stand within 400 characters of each other.
export const fact = (kind, ...parts) => ({ kind, parts });
/** `later` must be there, and after every place where `earlier` stands. */
export const correction = (earlier, later) => ({ kind: 'correction', earlier, later });
/** The user's `later` words stand against what an agent said in an earlier turn. */
export const overruled = (earlier, later) => ({ kind: 'overruled', earlier, later });
export const planned = (state, text) => ({ kind: 'plan', state, text });
export const file = (path, how = 'changed') => ({ kind: 'file', path, how });
export const command = (line, exit) => ({ kind: 'command', line, exit });

// Things that may not be in a packet, or only inside a record.
export const secret = (text) => ({ kind: 'secret', text });
export const hunch = (text) => ({ kind: 'reasoning', text });
export const injection = (text) => ({ kind: 'injection', text });

/** Puts talk before and after the last words of every finished turn. `talk(sentences, seed)` makes it. */
export function wordy(session, talk, before, after) {
	const turns = session.turns.map((entry, at) => {
		const last = entry.acts.findLastIndex(({ act }) => act === 'say');
		if (last < 0 || at === session.turns.length - 1) return entry;
		const acts = entry.acts.map((act, i) =>
			i === last ? say(`${talk(before, at * 2 + 1)}\n\n${act.text}\n\n${talk(after, at * 2 + 2)}`) : act,
		);
		return { ...entry, acts };
	});
	return { ...session, turns };
}

/** A repeatable stream of numbers. */
function numbers(seed) {
	let x = (seed * 7919 + 13) % 2147483648;
	return (below) => {
		x = (x * 1103515245 + 12345) % 2147483648;
		return (x >> 8) % below;
	};
}

/** Small talk put together from parts: `{ starts, middles, ends }` in one language. */
export function partsTalk({ starts, middles, ends, joint = ' ', stop = '.' }) {
	return (count, seed) => {
		const below = numbers(seed);
		const sentence = () => [starts, middles, ends].map((list) => list[below(list.length)]).join(joint) + stop;
		return Array.from({ length: count }, sentence).join(joint || '');
	};
}

/** Sentences of package documentation: as technical as the facts, and none said twice. */
export function technicalTalk(nodeModules) {
	const sentences = documentationSentences(nodeModules);
	return (count, seed) => {
		const from = (seed * 1543) % sentences.length;
		const taken = Array.from({ length: count }, (_, i) => sentences[(from + i) % sentences.length]);
		const paragraphs = [];
		for (let i = 0; i < taken.length; i += 5) paragraphs.push(taken.slice(i, i + 5).join(' '));
		return paragraphs.join('\n\n');
	};
}

function documentationSentences(nodeModules) {
	const scopes = readdirSync(nodeModules).filter((name) => name.startsWith('@'));
	const folders = [nodeModules, ...scopes.map((scope) => join(nodeModules, scope))];
	const texts = folders.flatMap((folder) =>
		readdirSync(folder)
			.sort()
			.flatMap((name) => {
				try {
					return [readFileSync(join(folder, name, 'README.md'), 'utf8')];
				} catch {
					return [];
				}
			}),
	);
	const plain = texts
		.join('\n\n')
		.replace(/```[\s\S]*?```/g, '')
		.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1');
	const found = plain
		.split(/\n{2,}/)
		.flatMap((block) => block.replace(/\s+/g, ' ').match(/[A-Z][^.!?]{40,220}[.!?](?= |$)/g) ?? [])
		.filter((text) => !/[|#<>]|https?:/.test(text));
	return [...new Set(found)];
}

/** Log lines that differ in numbers only, about `bytes` long, with `inside` put into the middle. */
export function logLines(bytes, seed, inside = '') {
	const below = numbers(seed);
	const verbs = ['resolve', 'unpack', 'link', 'verify', 'compile', 'flush'];
	let text = '';
	for (let i = 0; text.length < bytes; i++) {
		if (inside !== '' && text.length >= bytes / 2) {
			text += `${inside}\n`;
			inside = '';
		}
		text += `${String(i).padStart(6, '0')} node-${below(12)} ${verbs[below(6)]} unit ${below(1e6).toString(16)} took ${below(400)} us\n`;
	}
	return text;
}
