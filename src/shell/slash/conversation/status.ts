import { formatPlural } from '../../../core/plural.ts';
import { safeLine } from '../../../core/text.ts';
import { describeUsage } from '../../../view/describe-session.ts';
import { noCandidates, type SlashCommand, type SlashContext } from '../slash-command.ts';

export const status: SlashCommand = {
	name: 'status',
	aliases: [],
	usage: 'status',
	summary: 'session, agent, permissions, usage, and how to resume natively',
	example: '/status',
	duringTurn: 'now',
	complete: noCandidates,
	async run(context) {
		const { relay, theme, waiting, print } = context;
		const { agent, model, permissions } = relay.active();
		const native = relay.view.nativeResumeCommand(relay.active().agent);
		const rows: Array<[string, string]> = [
			['agent', model === null ? agent : `${agent} ${model}`],
			['permissions', PERMISSION_WORDS[permissions]],
			...(permissions === 'edit' ? await askingRows(context, agent) : []),
			...sessionRows(context),
			...(waiting.size > 0 ? [['queue', formatPlural(waiting.size, 'prompt')] as [string, string]] : []),
			...(native === null ? [] : [['resume natively', safeLine(native, 500)] as [string, string]]),
		];
		const widest = Math.max(...rows.map(([name]) => name.length));
		print(rows.map(([name, value]) => `${theme.dim(name.padEnd(widest))}  ${value}`));
	},
};

const PERMISSION_WORDS = {
	'read-only': 'read-only: reads, changes nothing',
	edit: 'edit: changes files, runs only allowed commands',
	full: 'full: runs anything without asking',
} as const;

async function askingRows({ relay }: SlashContext, agent: string): Promise<Array<[string, string]>> {
	const { cannotAsk = null } = (await relay.agents.all()).find((one) => one.agent === agent) ?? {};
	return cannotAsk === null ? [] : [['asks', `nothing: ${safeLine(cannotAsk, 300)}`]];
}

function sessionRows({ relay }: SlashContext): Array<[string, string]> {
	const session = relay.session();
	if (session === null) return [['session', 'none yet; your first prompt starts one']];
	const { turn_count: turns, repo, parent } = session.meta;
	const place = relay.place();
	return [
		['session', session.id],
		['folder', safeLine(session.folder, 300)],
		['works in', safeLine(repo.branch === null ? place.folder : `${place.folder} (${repo.branch})`, 300)],
		['turns', String(turns)],
		[parent === null ? 'usage' : 'usage in all', describeUsage(relay.view.usage()) || 'not reported yet'],
	];
}
