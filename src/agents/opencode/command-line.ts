import { RelayError } from '../../core/errors.ts';
import type { AgentCommand, TurnRequest } from '../agent-adapter.ts';
import { type JsonObject, objectOrEmpty, parseObject } from '../reading/json-fields.ts';
import { agentPermissions, permissionsOf, type RuleSet } from './start/permission-rules.ts';
import { gateOf } from './start/questions.ts';
import { listedPlugins, statusPlugin } from './start/status-plugin.ts';
import { withToolServer } from './start/tool-config.ts';
import { untrustedCode } from './start/untrusted-code.ts';

/** A title of our own saves the request that would make one up. */
const TITLE = 'agent-relay';

/**
 * One headless turn; the prompt comes on stdin. Nothing is stored with the session, so model and permissions are given
 * each time. `--dir` is the session's folder: resumed from another one, opencode works without output and never ends. Throws
 * `not_trusted` if the repo's own code would run.
 */
export function opencodeCommand(turn: TurnRequest): AgentCommand {
	const refusal = untrustedCode(turn);
	if (refusal !== null)
		throw new RelayError('not_trusted', refusal, { hint: 'Trust this repo with: agent-relay config trust' });
	return {
		executable: 'opencode',
		args: [
			'run',
			'--format',
			'json',
			`--dir=${turn.folder}`,
			'--thinking',
			'--agent=build',
			...(turn.model === null ? [] : [`--model=${turn.model}`]),
			...(turn.pictures ?? []).map((path) => `--file=${path}`),
			...session(turn),
		],
		env: environment(turn),
	};
}

function session(turn: TurnRequest): string[] {
	if (!turn.resume || turn.nativeSessionId === null) return [`--title=${TITLE}`];
	return [`--session=${checkedId(turn.nativeSessionId)}`];
}

/** Ids as the CLI makes them. Nothing else from a record may become a word of its command line. */
export function isNativeId(id: string): boolean {
	return /^ses_[0-9A-Za-z]{8,64}$/.test(id);
}

/** An id from a damaged record must not become a flag or a path. */
function checkedId(id: string): string {
	if (isNativeId(id)) return id;
	throw new RelayError('damaged_record', `${JSON.stringify(id)} is not the id of an opencode session`, {
		hint: 'start a new conversation with /new',
	});
}

/**
 * The preset is given twice, for all agents and for each that may run: rules of an agent in the user's or the repo's
 * configuration come after the general ones (measured), and only the same agent's rules come after those. No update
 * while a turn runs: other turns may be using the same files.
 */
function environment(turn: TurnRequest): Record<string, string | null> {
	return {
		OPENCODE_PERMISSION: JSON.stringify(permissionsOf(turn, ruleSet(turn))),
		OPENCODE_CONFIG_CONTENT: JSON.stringify(configuration(turn)),
		OPENCODE_DISABLE_AUTOUPDATE: '1',
		...(turn.isTrusted ? {} : { OPENCODE_DISABLE_PROJECT_CONFIG: '1' }),
	};
}

/** Where the plugin asks, it opens the rules itself: whatever keeps it from loading leaves them closed. */
function ruleSet({ questionAddress }: TurnRequest): RuleSet {
	return questionAddress === undefined ? 'preset' : 'closed';
}

function withRules(agents: JsonObject, turn: TurnRequest): Record<string, unknown> {
	const entries = Object.entries(agentPermissions(turn, ruleSet(turn)));
	return Object.fromEntries(
		entries.map(([name, permission]) => [name, { ...objectOrEmpty(agents[name]), permission }]),
	);
}

/** The user's own value of the variable, with the preset, and the plugin if it costs no time, added: last, so that no other changes what was asked. */
function configuration(turn: TurnRequest): Record<string, unknown> {
	const own = objectOrEmpty(parseObject(turn.env.OPENCODE_CONFIG_CONTENT ?? ''));
	const agents = objectOrEmpty(own.agent);
	const url = statusPlugin(turn);
	const gate = gateOf(turn);
	const plugin = url === null || gate === null ? url : [url, gate];
	const mcp = withToolServer(own, turn);
	return {
		...own,
		...(mcp === null ? {} : { mcp }),
		agent: { ...agents, ...withRules(agents, turn) },
		...(plugin === null ? {} : { plugin: [...listedPlugins(own), plugin] }),
	};
}
