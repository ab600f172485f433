import { RelayError } from '../../core/errors.ts';
import type { AgentCommand, TurnRequest } from '../agent-adapter.ts';
import { simpleCommands } from '../asking/allow-commands.ts';
import { worktreeAround } from '../folders-up.ts';
import { savedApprovals } from './start/saved-approvals.ts';
import { toolFlags } from './start/tool-flags.ts';
import { startsUntrustedAgents, untrustedCode } from './start/untrusted-code.ts';

/**
 * They widen a preset, run code of the repo, or cut the prompt into several turns (1.0.102): with `COPILOT_ALLOW_ALL` the
 * read-only preset let `touch` through.
 */
const TAKEN_AWAY = {
	COPILOT_ALLOW_ALL: null,
	COPILOT_PROMPT_TURN_DELIMITER: null,
	GITHUB_COPILOT_PROMPT_MODE_REPO_HOOKS: null,
	GITHUB_COPILOT_PROMPT_MODE_WORKSPACE_MCP: null,
	GITHUB_COPILOT_PROMPT_MODE_EXTENSIONS: null,
} as const;

/**
 * One headless turn; the prompt comes on stdin. A resume restores model and story, but no permissions. Never `--autopilot`,
 * which goes on by itself. Throws `not_trusted` if the repo's own code would run.
 */
export function copilotCommand(turn: TurnRequest): AgentCommand {
	const refusal = untrustedCode(turn);
	if (refusal !== null)
		throw new RelayError('not_trusted', refusal, { hint: 'Trust this repo with: agent-relay config trust' });
	return {
		executable: 'copilot',
		args: [
			'--output-format',
			'json',
			...session(turn),
			...(turn.model === null ? [] : [`--model=${turn.model}`]),
			...permissions(turn),
			...toolFlags(turn),
			...(startsUntrustedAgents(turn) ? ['--excluded-tools=task'] : []),
			...worktreeAround(turn).map((path) => `--add-dir=${path}`),
			...(turn.pictures ?? []).map((path) => `--attachment=${path}`),
		],
		env: TAKEN_AWAY,
	};
}

/** `--session-id` with an id that the CLI has lost begins a new conversation without a word; `--resume` fails. */
function session({ nativeSessionId, resume }: TurnRequest): string[] {
	if (nativeSessionId === null) return [];
	const id = checkedId(nativeSessionId);
	return resume ? [`--resume=${id}`] : ['--session-id', id];
}

/** Ids as the relay makes them. Nothing else from a record may become a word of its command line. */
export function isNativeId(id: string): boolean {
	return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

/** `--resume` also takes names and tasks, so an id from a damaged record could open some other conversation. */
function checkedId(id: string): string {
	if (isNativeId(id)) return id;
	throw new RelayError('damaged_record', `${JSON.stringify(id)} is not the id of a Copilot session`, {
		hint: 'start a new conversation with /new',
	});
}

/** Nobody is asked: what is neither allowed nor harmless is refused. A refusal wins over an approval of any kind. */
function permissions(turn: TurnRequest): string[] {
	const allowed = simpleCommands(turn.allowCommands).allowed;
	switch (turn.permissions) {
		case 'read-only':
			return ['--deny-tool=write', ...savedApprovals(turn, [])];
		case 'edit':
			return [
				'--allow-tool=write',
				...allowed.map((words) => `--allow-tool=shell(${words})`),
				...savedApprovals(turn, allowed),
			];
		case 'full':
			return ['--allow-all'];
	}
}
