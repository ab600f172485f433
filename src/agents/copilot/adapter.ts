/**
 * GitHub Copilot CLI, in the versions that `outcome.ts` names: `copilot --output-format json`, one JSON line an event. A turn is
 * over at its `session.error`, after which the CLI may wait for an answer that nobody can give. Only its own record
 * (`native/`) has tokens, and says that an answer was cut.
 */
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { AgentAdapter } from '../agent-adapter.ts';
import { BY_FLAG } from '../picture.ts';
import { copilotCommand, isNativeId } from './command-line.ts';
import { inertForCopilot, WORD_JOINER } from './inert.ts';
import { probeCopilotLogin } from './login.ts';
import { readCopilotRecord } from './native/session-file.ts';
import { untrustedCode } from './start/untrusted-code.ts';
import { createCopilotParser } from './stream-parser.ts';

export const copilotAdapter: AgentAdapter = {
	id: 'copilot',
	title: 'GitHub Copilot CLI',
	aliases: ['p', 'gh-copilot'],
	executables: ['copilot'],
	install: 'npm install -g @github/copilot',
	isDemo: false,
	choosesSessionId: true,
	/** `GH_TOKEN` and `GITHUB_TOKEN` are read too, but they are everybody's. */
	secretVariables: [
		'COPILOT_GITHUB_TOKEN',
		'COPILOT_PROVIDER_API_KEY',
		'COPILOT_PROVIDER_BEARER_TOKEN',
		'COPILOT_PROVIDER_HEADERS',
		'COPILOT_PROVIDER_API_KEY_COMMAND',
	],
	sharedVariables: [],
	editAbilities: ['edit_files', 'run_listed_commands'],
	command: copilotCommand,
	refusal: untrustedCode,
	/** Its hooks were not tried for this. */
	cannotAsk: () => 'no way that denies when it fails has been tried',
	pictureWay: () => BY_FLAG,
	parser: createCopilotParser,
	inert: inertForCopilot,
	commandGuard: WORD_JOINER,
	isNativeId,
	resumeHint: (nativeSessionId) => `copilot --resume ${quoteForShell(nativeSessionId)}`,
	probeLogin: probeCopilotLogin,
	parseVersion: (output) =>
		/^(?:GitHub Copilot CLI )?v?(\d+\.\d+\.\d+(?:-[\w.-]*\w)?)\.?\s*$/m.exec(output)?.[1] ?? null,
	readNativeRecord: readCopilotRecord,
};
