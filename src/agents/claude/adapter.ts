/**
 * Claude Code (`claude`), in the versions that `outcome.ts` names. What lives here: its command line, its stream, its limit
 * rules, its login and its prompt syntax. No native record is read: partial messages report model and usage of a turn that is
 * stopped, and nothing else is missing from the stream.
 */
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { AgentAdapter } from '../agent-adapter.ts';
import { command, isNativeId } from './command-line.ts';
import { inert } from './inert.ts';
import { probeLogin } from './login.ts';
import { pictureWay } from './start/picture-way.ts';
import { cannotAsk, questions } from './start/questions.ts';
import { ClaudeParser } from './stream-parser.ts';

/** Its aliases, and full names as Anthropic and the clouds write them. */
const OWN_MODEL =
	/^(?:(?:best|default|fable|haiku|opus|opusplan|sonnet)(?:\[1m\])?|(?:[a-z-]+\.)*(?:anthropic\.)?claude-.+)$/i;

export const claudeAdapter: AgentAdapter = {
	id: 'claude',
	title: 'Claude Code',
	aliases: ['c', 'claude-code'],
	executables: ['claude'],
	places: ['~/.claude/local', '~/.claude/local/node_modules/.bin'],
	install: 'npm install -g @anthropic-ai/claude-code',
	isDemo: false,
	choosesSessionId: true,
	secretVariables: [
		'ANTHROPIC_API_KEY',
		'ANTHROPIC_AUTH_TOKEN',
		'ANTHROPIC_FOUNDRY_API_KEY',
		'CLAUDE_CODE_OAUTH_TOKEN',
		'CLAUDE_CODE_OAUTH_REFRESH_TOKEN',
	],
	sharedVariables: [],
	editAbilities: ['edit_files', 'run_listed_commands'],
	command,
	questions,
	cannotAsk,
	pictureWay,
	parser: (context) => new ClaudeParser(context),
	inert,
	isNativeId,
	resumeHint: (nativeSessionId) => `claude --resume ${quoteForShell(nativeSessionId)}`,
	probeLogin: (env) => probeLogin(env),
	parseVersion: (output) => /^(\d+\.\d+\.\d+\S*) \(Claude Code\)/m.exec(output)?.[1] ?? null,
	knowsModel: (model) => OWN_MODEL.test(model),
};
