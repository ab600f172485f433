/**
 * opencode's questions: a plugin of the relay's asks before each tool that the preset alone does not allow, and is the only
 * one that opens the rules for them. Under `edit`, that is every tool but those below.
 */
import type { TurnRequest } from '../../agent-adapter.ts';
import { askerDialect, permission } from '../../asking/asker-dialect.ts';
import { type AskedQuestion, type QuestionDialect, wantsToAsk } from '../../asking/question.ts';
import { type JsonObject, objectOrEmpty, textOrNull, writtenJson } from '../../reading/json-fields.ts';
import { isBetween } from '../../reading/version.ts';
import { REFUSAL } from '../stream/refusal.ts';
import { agentPermissions, permissionsOf } from './permission-rules.ts';
import type { Gate } from './relay-plugin.ts';
import { pluginProblem } from './status-plugin.ts';

/** Seen to ask for each tool, those of MCP servers and sub-agents too, and to stay closed where the plugin fails (1.18.33). */
const VERSIONS = { from: '1.18.33', below: '1.19.0' };

/** Tools that only read the worktree or keep notes, or edit files in it: the rules judge those. */
const UNASKED = [
	...['read', 'glob', 'grep', 'list', 'lsp', 'skill', 'todoread', 'todowrite', 'invalid'],
	...['edit', 'write', 'patch', 'apply_patch', 'multiedit'],
];

/** Why it asks nothing, whatever the preset, as the end of "opencode cannot ask: …"; null: it asks. */
export function cannotAsk(turn: Pick<TurnRequest, 'version' | 'env' | 'folder' | 'worktree' | 'isTrusted'>) {
	if (isBetween(turn.version ?? null, VERSIONS)) return pluginProblem(turn);
	return `only versions from ${VERSIONS.from} to before ${VERSIONS.below} are known to ask safely`;
}

export function questions(turn: TurnRequest): QuestionDialect | null {
	const asks = wantsToAsk(turn) && cannotAsk(turn) === null;
	return asks ? askerDialect('opencode', (hook) => readHook(hook, turn.folder)) : null;
}

/** What the plugin of an asking turn is given; null: it asks nothing. */
export function gateOf(turn: TurnRequest): Gate | null {
	const { questionAddress: address, folder, worktree } = turn;
	if (address === undefined) return null;
	return {
		address,
		folder,
		worktree,
		unasked: UNASKED,
		permission: permissionsOf(turn, 'opened'),
		agents: agentPermissions(turn, 'opened'),
		refusal: REFUSAL,
	};
}

function readHook(hook: JsonObject, turnFolder: string): AskedQuestion | null {
	const tool = textOrNull(hook.tool);
	if (tool === null) return null;
	const args = objectOrEmpty(hook.args);
	const folder = textOrNull(args.workdir) ?? turnFolder;
	const reason = textOrNull(args.description);
	const command = textOrNull(args.command);
	const url = textOrNull(args.url);
	if (tool === 'bash' && command !== null)
		return permission({ action: 'run', what: command, folder, reason });
	if (tool === 'webfetch' && url !== null)
		return permission({ action: 'fetch', what: url, folder, reason: null });
	return permission({ action: 'use', what: `${tool} ${writtenJson(args)}`, folder, reason });
}
