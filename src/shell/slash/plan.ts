import { describePlanItem } from '../../view/describe-event.ts';
import { noCandidates, type SlashCommand } from './slash-command.ts';

export const plan: SlashCommand = {
	name: 'plan',
	aliases: [],
	usage: 'plan',
	summary: "the agent's plan with what is done",
	example: '/plan',
	duringTurn: 'now',
	complete: noCandidates,
	async run({ relay, theme, print }) {
		const plan = relay.view.plan();
		print(
			plan.length > 0
				? plan.map((item) => describePlanItem(item, theme))
				: [theme.dim('No agent has told a plan yet.')],
		);
	},
};
