/**
 * Any CLI that the user describes in `[agents.NAME]`. What lives here: that description as an adapter. Nothing else is known about
 * the CLI: no login, no prices, no native record; its limits come only from what the user named.
 */
import { createHash } from 'node:crypto';
import type { AgentSettings } from '../../config/schema.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import { safeLine } from '../../core/text.ts';
import type { AgentAdapter, AgentId, LoginState, ParserContext } from '../agent-adapter.ts';
import { genericCommand, isSessionId, namesSession, resumeWords } from './command-line.ts';
import { JsonLinesParser } from './json-lines-parser.ts';
import { TextParser } from './text-parser.ts';

/** Two to four numbers with a suffix (`1.2.0-rc.1`), alone or after a name; not an address, not a part of a path. */
const VERSION = /(?<![\w.:/-])v?(\d{1,6}(?:\.\d{1,6}){1,3}(?:[-+][\w.+-]{1,40})?)(?![\w.:/@])/;
/** The version is in the first lines, above any licence. */
const VERSION_LINES = 3;
const MAX_LINE_CHARS = 500;
const MAX_VERSION_OUTPUT = 16 * 1024;

/** `settings.command` is not empty, and `problemIn` (settings-problem.ts) found nothing. */
export function genericAdapter(name: AgentId, settings: AgentSettings): AgentAdapter {
	const title = settings.title ?? name;
	return {
		id: name,
		title,
		aliases: [],
		executables: settings.command.slice(0, 1),
		install: settings.install ?? `see the documentation of ${title}`,
		isDemo: false,
		choosesSessionId: namesSession(settings.command),
		hidesRunningTools: true,
		printsText: settings.output === 'text',
		secretVariables: settings.secret_variables,
		sharedVariables: [],
		takesPromptAsArgument: settings.prompt === 'arg',
		command: (turn) => genericCommand(name, settings, turn),
		parser: (context: ParserContext) =>
			settings.output === 'jsonl'
				? new JsonLinesParser(name, settings, context)
				: new TextParser(name, settings, context),
		inert: inertForAny,
		isNativeId: isSessionId,
		resumeHint: (nativeSessionId) => resumeWords(settings, nativeSessionId).map(quoteForShell).join(' '),
		probeLogin: (env) => loginBy(settings.secret_variables, env, title),
		parseVersion: versionIn,
		claimsExitCode: (code) => settings.limit_exit.some((rule) => rule.code === code),
	};
}

const WORD_JOINER = '\u2060';

/**
 * Defuses what most prompt syntaxes would obey: `@path` at the start of a word gets an invisible U+2060 after the `@`; a text
 * that begins with `/` gets a space before it. Addresses (`me@host`) and versions (`pkg@1`) stay as they are.
 * @internal For tests: tried with many texts.
 */
export function inertForAny(text: string): string {
	const guarded = text.startsWith('/') ? ` ${text}` : text;
	return guarded.replace(/(?<![\p{L}\p{N}_\u2060])@(?!\u2060)/gu, `@${WORD_JOINER}`);
}

function loginBy(
	variables: readonly string[],
	env: Readonly<Record<string, string>>,
	title: string,
): LoginState {
	const set = variables.filter((name) => env[name]);
	const hash = createHash('sha256');
	for (const name of set) hash.update(`${env[name]}\n`);
	return {
		loggedIn: 'unknown',
		evidence:
			set.length === 0
				? 'nothing is known about the login of an agent from config'
				: `${set.join(', ')} is set`,
		account: set.length === 0 ? 'default' : hash.digest('hex').slice(0, 16),
		advice: `log in the way ${title} asks for`,
	};
}

/** The first version that `--version` names, or null: other words it may print are not a version. */
function versionIn(output: string): string | null {
	const lines = output
		.slice(0, MAX_VERSION_OUTPUT)
		.split('\n')
		.filter((line) => line.trim() !== '');
	const found = lines
		.slice(0, VERSION_LINES)
		.map((line) => VERSION.exec(safeLine(line, MAX_LINE_CHARS))?.[1]);
	return found.find((version) => version !== undefined) ?? null;
}
