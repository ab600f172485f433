/**
 * Pictures that the user's words name, as `@shot.png` or as the path that a terminal pastes for a dropped file. Each is looked at
 * before anything starts; what cannot be sent is said, and the words go as they are.
 */
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentAdapter } from '../../agents/agent-adapter.ts';
import { cannotTake, type Picture } from '../../agents/picture.ts';
import { isUnreadable, readIfThere } from '../../core/files/read-file.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { withInertMaterial } from '../../handoff/words/piped-text.ts';

const MAX_BYTES = 5 * 1024 * 1024;
/** More are hardly meant. */
const MAX_PICTURES = 10;
const NAMED =
	/(?<=^|\s)(?:@"([^"\n]+)"|@((?:\\.|[^\s"\\])+)|"((?:\/|~\/|file:\/\/)[^"\n]+)"|'((?:\/|~\/|file:\/\/)[^'\n]+)'|((?:\/|~\/|file:\/\/)(?:\\.|[^\s"'\\])+))/g;
const EXTENSION = /\.(?:png|jpe?g|gif|webp)$/i;

export interface SentPictures {
	/** For the record. */
	pictures: readonly Picture[];
	/** Paths of those that the agent cannot take: it gets the words alone. */
	unsent: readonly string[];
	/** For `TurnRequest.pictures`. */
	flags: readonly string[];
	/** What follows the user's words; empty: nothing. */
	words: string;
	notices: readonly string[];
}

const NONE: SentPictures = { pictures: [], unsent: [], flags: [], words: '', notices: [] };

/** `text`: the user's words, with or without piped material, which names nothing. */
export function picturesIn(
	text: string,
	adapter: Pick<AgentAdapter, 'title' | 'pictureWay'>,
	{ folder, home }: { folder: string; home: string },
): SentPictures {
	const named = namesIn(withInertMaterial(text, () => ''));
	if (named.length === 0) return NONE;
	const sent: { pictures: Picture[]; unsent: string[]; flags: string[]; words: string[]; notices: string[] } =
		{
			pictures: [],
			unsent: [],
			flags: [],
			words: [],
			notices: [],
		};
	for (const { name, isAt } of named.slice(0, MAX_PICTURES)) {
		const looked = lookAt(pathOf(name, folder, home), isAt);
		const shown = safeLine(basename(name), 100);
		if ('problem' in looked) {
			sent.notices.push(`${shown} is not sent as a picture: it ${looked.problem}.`);
			continue;
		}
		const way = adapter.pictureWay?.(looked, folder) ?? cannotTake('it takes no pictures from the relay');
		if (way.way === 'cannot') {
			sent.unsent.push(looked.path);
			sent.notices.push(`${adapter.title} gets only the path of ${shown}: ${way.why}.`);
			continue;
		}
		sent.pictures.push(looked);
		if (way.way === 'flag') sent.flags.push(looked.path);
		else if (way.words !== '') sent.words.push(way.words);
	}
	const more = named.length - MAX_PICTURES;
	if (more > 0)
		sent.notices.push(`${formatPlural(more, 'picture')} more than ${MAX_PICTURES} go as paths only.`);
	return { ...sent, words: sent.words.join('\n') };
}

function namesIn(words: string): Array<{ name: string; isAt: boolean }> {
	const found = new Map<string, boolean>();
	for (const [, quotedAt, at, double, single, bare] of words.matchAll(NAMED)) {
		const name = quotedAt ?? double ?? single ?? unescaped(at ?? bare ?? '');
		if (EXTENSION.test(name) && !found.has(name)) found.set(name, (quotedAt ?? at) !== undefined);
	}
	return [...found].map(([name, isAt]) => ({ name, isAt }));
}

/** A full stop or a comma after a name is the sentence's; a backslash keeps a blank in it. */
const unescaped = (name: string) => name.replace(/[.,;:!?)]+$/, '').replace(/\\(.)/g, '$1');

function pathOf(name: string, folder: string, home: string): string {
	if (name.startsWith('file://')) {
		try {
			return fileURLToPath(name);
		} catch {
			return name;
		}
	}
	return name.startsWith('~/') ? resolve(home, name.slice(2)) : resolve(folder, name);
}

function lookAt(path: string, isAt: boolean): Picture | { problem: string } {
	let content: Buffer | null;
	try {
		content = readIfThere(path, MAX_BYTES);
	} catch (error) {
		if (isUnreadable(error)) return { problem: 'is no ordinary file of at most 5 MB' };
		return { problem: 'cannot be read' };
	}
	if (content === null) return { problem: 'is not there' };
	if (!isPicture(content)) return { problem: 'is no PNG, JPEG, GIF or WebP' };
	return { path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex'), isAt };
}

/** By its first bytes. */
function isPicture(content: Buffer): boolean {
	const begin = content.subarray(0, 12).toString('latin1');
	return (
		begin.startsWith('\x89PNG\r\n\x1a\n') ||
		begin.startsWith('\xff\xd8\xff') ||
		/^GIF8[79]a/.test(begin) ||
		/^RIFF[\s\S]{4}WEBP/.test(begin)
	);
}
