import { safeLine } from '../../core/text.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import { renderTable } from '../../ui/table.ts';
import { noCandidates, type SlashCommand } from './slash-command.ts';

export const limits: SlashCommand = {
	name: 'limits',
	aliases: [],
	usage: 'limits',
	summary: 'who is limited until when, and who would be next',
	example: '/limits',
	duringTurn: 'now',
	complete: noCandidates,
	async run({ relay, clock, theme, columns, print }) {
		const verdicts = await relay.limits();
		const rows = verdicts.map(({ agent, model, verdict, reason, resetAt }) => [
			model === null ? agent : `${agent}:${safeLine(model, 30)}`,
			verdict.replaceAll('_', ' '),
			resetAt === null ? '' : describeTime(resetAt, { now: clock.now() }),
			safeLine(reason, 160),
		]);
		const heads = [
			{ title: 'agent', paint: theme.bold },
			{ title: 'verdict' },
			{ title: 'free' },
			{ title: 'why', minColumns: 16, paint: theme.dim },
		];
		print(
			rows.length === 0 ? [theme.dim('No agent is known.')] : renderTable(heads, rows, { columns, theme }),
		);
		const used = relay.view.utilization().map(({ agent, window, ratio, resetAt }) => {
			const reset = resetAt === null ? '' : `, resets ${describeTime(resetAt, { now: clock.now() })}`;
			return `${agent}: ${Math.round(ratio * 100)}% of ${safeLine(window, 40)} used${reset}`;
		});
		if (used.length > 0) print(used);
	},
};
