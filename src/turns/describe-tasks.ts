import type { BackgroundTask } from '../agents/events.ts';
import { formatPlural } from '../core/plural.ts';
import { safeLine } from '../core/text.ts';

const TITLE_CHARS = 60;
const TITLES = 3;

/** `2 background tasks: npm run build, review the diff`; safe to show. */
export function describeTasks(tasks: readonly BackgroundTask[]): string {
	const titles = tasks.slice(0, TITLES).map(({ title }) => safeLine(title, TITLE_CHARS));
	const more = tasks.length > TITLES ? ['…'] : [];
	return `${formatPlural(tasks.length, 'background task')}: ${[...titles, ...more].join(', ')}`;
}
