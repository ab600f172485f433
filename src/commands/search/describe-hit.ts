import { safeLine } from '../../core/text.ts';
import type { ExcerptPiece } from '../../history/query/found-excerpt.ts';
import { formatAgo } from '../../ui/quantities.ts';
import type { Look } from '../look.ts';
import type { Hit } from './hit.ts';

/** Words that were looked for stand out, without colour by marks. */
export function excerptLine(pieces: readonly ExcerptPiece[], { theme }: Pick<Look, 'theme'>): string {
	const mark = (text: string) => (theme.hasColor ? theme.bold(theme.warn(text)) : `[${text}]`);
	return pieces.map(({ text, isHit }) => (isHit ? mark(text) : text)).join('');
}

/** `claude · you · 3 d ago · ~/shop · brave-fox, session 2 of 3 · #plan`. */
export function factsOf(
	hit: Hit,
	{ home, now }: { home: string; now: number },
	{ theme }: Pick<Look, 'theme'>,
): string {
	const { place, slug, title, project } = hit;
	const session = place.number === null || place.count < 2 ? '' : `session ${place.number} of ${place.count}`;
	return [
		theme.accent(safeLine(hit.agent, 40)),
		saidBy(hit),
		hit.at === null ? '' : formatAgo(hit.at, now),
		project === null ? '' : safeLine(shortFolder(project, home), 80),
		[safeLine(slug ?? title, 60), session].filter((one) => one !== '').join(', '),
		hit.is_gone === 1 ? 'transcript gone' : '',
		safeLine(hit.tags.map((tag) => `#${tag}`).join(' '), 80),
	]
		.filter((fact) => fact !== '')
		.join(' · ');
}

export function saidBy({
	role,
	said_by: by,
	is_side,
	is_subagent,
}: Pick<Hit, 'role' | 'said_by' | 'is_side' | 'is_subagent'>): string {
	const side = is_side === 1 || is_subagent === 1 ? ' of a sub-agent' : '';
	if (role === 'tool') return `tool${side}`;
	if (role === 'assistant') return `answer${side}`;
	return by === 'agent' ? 'task of a sub-agent' : 'you';
}

export const shortFolder = (folder: string, home: string): string =>
	folder === home || folder.startsWith(`${home}/`) ? `~${folder.slice(home.length)}` : folder;
