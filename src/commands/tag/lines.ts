import { safeLine } from '../../core/text.ts';
import type { Look } from '../look.ts';
import type { TagData } from './tag-data.ts';

export function tagLines({ called, tags, added, removed, isShown }: TagData, { theme }: Look): string[] {
	const changes = [...added.map((one) => `+${one}`), ...removed.map((one) => `-${one}`)];
	const news = isShown || changes.length > 0 ? changes : ['nothing changed'];
	const what = news.length === 0 ? '' : theme.dim(` (${safeLine(news.join(' '), 400)})`);
	const now = tags.length === 0 ? 'no tags' : safeLine(tags.join(' '), 400);
	const [word = '', ...id] = called.split(' ');
	return [`${word} ${theme.bold(safeLine(id.join(' '), 100))}: ${now}${what}`];
}
