import { safeLine } from '../../core/text.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import { describeKind } from '../../view/describe-session.ts';
import { noCandidates, type SlashCommand } from './slash-command.ts';

const SHOWN = 20;

export const sessions: SlashCommand = {
	name: 'sessions',
	aliases: [],
	usage: 'sessions',
	summary: `the last ${SHOWN} sessions of this repo`,
	example: '/sessions',
	duringTurn: 'now',
	complete: noCandidates,
	async run({ services, relay, clock, theme, columns, print }) {
		const current = relay.session()?.id;
		const rows = (await services.listSessions(SHOWN)).map(
			({ id, ref, kind, parent, status, title, agents, turns, updatedAt }) => [
				ref + (id === current ? ' *' : ''),
				describeKind({ kind, parent }),
				status,
				formatAgo(updatedAt, clock.now()),
				kind === 'race' && turns === 0 ? '' : String(turns),
				safeLine(agents.join(' '), 60),
				safeLine(title, 100),
			],
		);
		const heads = [
			{ title: 'session', paint: theme.bold },
			{ title: 'kind' },
			{ title: 'status' },
			{ title: 'last used' },
			{ title: 'turns', align: 'right' as const },
			{ title: 'agents', minColumns: 8 },
			{ title: 'task', minColumns: 12 },
		];
		print(rows.length === 0 ? [theme.dim('No sessions yet.')] : renderTable(heads, rows, { columns, theme }));
	},
};
