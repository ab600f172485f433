/**
 * OpenCode, in the versions that `outcome.ts` names: `opencode run --format json`, one JSON line an event. The stream reports
 * whole parts only and never the model; while a request is retried it is silent, and only a plugin inside the CLI sees why.
 */
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { AgentAdapter } from '../agent-adapter.ts';
import { BY_FLAG } from '../picture.ts';
import { isNativeId, opencodeCommand } from './command-line.ts';
import { probeOpencodeLogin } from './login.ts';
import { cannotAsk, questions } from './start/questions.ts';
import { untrustedCode } from './start/untrusted-code.ts';
import { createOpencodeParser } from './stream-parser.ts';

export const opencodeAdapter: AgentAdapter = {
	id: 'opencode',
	title: 'OpenCode',
	aliases: ['o'],
	executables: ['opencode'],
	places: ['~/.opencode/bin'],
	// PROVIDER/MODEL, a form that no other CLI has.
	knowsModel: (model) => /^[a-z0-9][\w.-]*\/.+/i.test(model),
	install: 'npm install -g opencode-ai',
	isDemo: false,
	choosesSessionId: false,
	hidesRunningTools: true,
	secretVariables: [
		'OPENCODE_API_KEY',
		'OPENCODE_AUTH_CONTENT',
		'OPENCODE_CONSOLE_TOKEN',
		'OPENROUTER_API_KEY',
	],
	sharedVariables: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'],
	editAbilities: ['edit_files', 'run_listed_commands'],
	command: opencodeCommand,
	refusal: untrustedCode,
	questions,
	cannotAsk,
	pictureWay: () => BY_FLAG,
	parser: createOpencodeParser,
	/** `run` sends the prompt as it is: `@file`, `/command` and shell quotes are plain text to it (measured). */
	inert: (text) => text,
	isNativeId,
	resumeHint: (nativeSessionId) => `opencode --session ${quoteForShell(nativeSessionId)}`,
	probeLogin: probeOpencodeLogin,
	parseVersion: (output) => /^v?(\d+\.\d+\.\d+\S*)\s*$/m.exec(output)?.[1] ?? null,
};
