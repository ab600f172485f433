import { safeLine } from '../../core/text.ts';
import { formatAgo, formatPlural } from '../../ui/quantities.ts';
import type { Candidate } from '../editor/completion.ts';
import { type SlashCommand, type SlashContext, usageError } from './slash-command.ts';

const OFFERED = 20;

export const resume: SlashCommand = {
	name: 'resume',
	aliases: [],
	usage: 'resume [REF]',
	summary: 'go on with another session: id, part of it, name, latest',
	example: '/resume latest',
	duringTurn: 'queued',
	async complete({ services }): Promise<readonly Candidate[]> {
		const rows = await services.listSessions(OFFERED);
		return [{ value: 'latest' }, ...rows.map(({ id, title }) => ({ value: id, hint: safeLine(title, 40) }))];
	},
	async run(context, argument) {
		const ref = argument === '' ? await pickSession(context) : argument;
		if (ref === null) return;
		const found = await context.relay.resume(await context.services.resolveSession(ref));
		const { agent, permissions } = context.relay.active();
		const turns = context.relay.session()?.meta.turn_count ?? 0;
		const { theme } = context;
		context.print([
			`Going on with ${theme.bold(context.relay.session()?.id ?? ref)}`,
			theme.dim(`  ${formatPlural(turns, 'turn')} so far · ${agent} · ${permissions}`),
			...found.map((line) => theme.warn(`  ${safeLine(line, 300)}`)),
		]);
	},
};

async function pickSession(context: SlashContext): Promise<string | null> {
	const rows = await context.services.listSessions(OFFERED);
	if (!context.isInteractive) throw usageError(resume, 'which session?');
	if (rows.length === 0) {
		context.print([context.theme.dim('No sessions yet.')]);
		return null;
	}
	return context.pick(
		'Go on with',
		rows.map(({ id, title, updatedAt, status }) => ({
			value: id,
			label: safeLine(
				`…${id.slice(-6)} ${formatAgo(updatedAt, context.clock.now())} ${status} ${title}`,
				context.columns - 4,
			),
		})),
	);
}
