import { safeLine } from '../../core/text.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { TagData } from './run.ts';

export function tagLines({ id, tags, added, removed, isShown }: TagData, { theme }: Look): string[] {
	const changes = [...added.map((one) => `+${one}`), ...removed.map((one) => `-${one}`)];
	const news = isShown || changes.length > 0 ? changes : ['nothing changed'];
	const what = news.length === 0 ? '' : theme.dim(` (${safeLine(news.join(' '), 400)})`);
	const now = tags.length === 0 ? 'no tags' : safeLine(tags.join(' '), 400);
	return [`Session ${theme.bold(shortRef(id))}: ${now}${what}`];
}
