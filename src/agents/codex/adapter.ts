/**
 * OpenAI Codex CLI, in the versions that `outcome.ts` names: `codex exec --json`, one JSON line an event. The stream reports
 * neither model, error code nor exact reset; those come from the thread's own record (`rollout.ts`).
 */
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { AgentAdapter } from '../agent-adapter.ts';
import { BY_FLAG, cannotTake } from '../picture.ts';
import { codexCommand, isNativeId } from './command-line.ts';
import { probeCodexLogin } from './login.ts';
import { readCodexRecord } from './native/rollout-file.ts';
import { askingKeyQuery, cannotAsk, questions } from './start/questions.ts';
import { createCodexParser } from './stream-parser.ts';

export const codexAdapter: AgentAdapter = {
	id: 'codex',
	title: 'Codex CLI',
	aliases: ['x'],
	executables: ['codex'],
	install: 'npm install -g @openai/codex',
	isDemo: false,
	choosesSessionId: false,
	secretVariables: ['CODEX_API_KEY', 'CODEX_ACCESS_TOKEN', 'OPENAI_API_KEY'],
	sharedVariables: [],
	editAbilities: ['edit_files', 'run_listed_commands', 'run_any_command'],
	command: codexCommand,
	questions,
	cannotAsk,
	askingKeyQuery,
	pictureWay: ({ path }) => (path.includes(',') ? cannotTake('there is a comma in its name') : BY_FLAG),
	parser: createCodexParser,
	inert: inertForCodex,
	isNativeId,
	resumeHint: (nativeSessionId) => `codex resume ${quoteForShell(nativeSessionId)}`,
	probeLogin: probeCodexLogin,
	parseVersion: (output) => /\bcodex(?:-cli)? v?(\d+\.\d+\.\d+\S*)/.exec(output)?.[1] ?? null,
	readNativeRecord: readCodexRecord,
	knowsModel: (model) => /^(?:gpt-|o[1-9](?:-|$)|codex-|chatgpt-)/i.test(model),
};

const WORD_JOINER = '\u2060';
const VARIABLES = 'PATH|HOME|USER|SHELL|PWD|TMPDIR|TEMP|TMP|LANG|TERM|XDG_CONFIG_HOME';
const SKILL_SIGN = new RegExp(
	`\\$(?=[A-Za-z0-9_:-]*[A-Za-z])(?!(?:${VARIABLES})(?![A-Za-z0-9_:-]))|(?<=\\[)\\$(?!\\u2060)`,
	'g',
);

/**
 * codex puts a skill's whole text into the request when the prompt names it, quoted, fenced or inside a word (`$name`,
 * `[$x](…/SKILL.md)`), also from a repo that is not trusted; `@file` and `/command` are plain text to it (measured). An
 * invisible U+2060 after the `$` stops it. `$1` and the variables that codex never reads as skills (`$HOME`, `$PATH`)
 * stay as they are, so that recorded commands can be copied.
 */
function inertForCodex(text: string): string {
	return text.replace(SKILL_SIGN, `$&${WORD_JOINER}`);
}
