/**
 * Gemini CLI, in the versions that `outcome.ts` names: `gemini -o stream-json`, one JSON line an event. Its limits show first
 * on stderr, its exit codes are the HTTP status modulo 256, and only its own session record knows how a shell command ended.
 */
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { AgentAdapter } from '../agent-adapter.ts';
import { geminiCommand, isNativeId } from './command-line.ts';
import { inertForGemini } from './inert.ts';
import { probeGeminiLogin } from './login.ts';
import { readGeminiRecord } from './native/session-file.ts';
import { claimsExitCode } from './outcome.ts';
import { pictureWay } from './start/picture-way.ts';
import { createGeminiParser } from './stream-parser.ts';

export const geminiAdapter: AgentAdapter = {
	id: 'gemini',
	title: 'Gemini CLI',
	aliases: ['g'],
	executables: ['gemini'],
	install: 'npm install -g @google/gemini-cli',
	isDemo: false,
	choosesSessionId: true,
	secretVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
	sharedVariables: [],
	editAbilities: ['edit_files', 'run_listed_commands'],
	command: geminiCommand,
	refusal: ({ isTrusted }) =>
		isTrusted ? null : 'Gemini CLI does not start in a repo that is not trusted (exit 55).',
	/** Its hooks are in settings files alone and let a call through where they fail (measured with 0.61.0). */
	cannotAsk: () => 'no version has a way that denies when it fails',
	pictureWay,
	parser: createGeminiParser,
	inert: inertForGemini,
	isNativeId,
	resumeHint: (nativeSessionId) => `gemini --resume ${quoteForShell(nativeSessionId)}`,
	probeLogin: probeGeminiLogin,
	parseVersion: (output) => /^v?(\d+\.\d+\.\d+\S*)\s*$/m.exec(output)?.[1] ?? null,
	readNativeRecord: readGeminiRecord,
	claimsExitCode,
	knowsModel: (model) => /^(?:gemini-.+|auto-gemini-.+|pro|flash|flash-lite)$/i.test(model),
};
