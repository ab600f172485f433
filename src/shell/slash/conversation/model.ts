import { requireModelName } from '../../../agents/model-name.ts';
import { safeLine } from '../../../core/text.ts';
import { oneOf, type SlashCommand } from '../slash-command.ts';

export const model: SlashCommand = {
	name: 'model',
	aliases: [],
	usage: 'model [NAME | default]',
	summary: "set the active agent's model from the next turn",
	example: '/model opus',
	now: ({ relay }) => safeLine(relay.active().model ?? '', 40),
	duringTurn: 'queued',
	complete: oneOf('default'),
	async run({ relay, print }, argument) {
		if (argument !== '') relay.setModel(argument === 'default' ? null : requireModelName(argument));
		const { agent, model: current } = relay.active();
		print([
			current === null ? `${agent} uses its own default model` : `${agent} uses ${safeLine(current, 80)}`,
		]);
	},
};
