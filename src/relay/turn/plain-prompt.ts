import type { AgentAdapter } from '../../agents/agent-adapter.ts';
import type { ComposedPrompt } from '../../handoff/build-packet.ts';
import { withInertMaterial } from '../../handoff/words/piped-text.ts';

/**
 * No sent prompt begins with `/`, where a CLI looks for one: it would run a command of its own. As an argument, `-` would be an
 * option.
 */
export function plainPrompt(
	words: string,
	adapter: Pick<AgentAdapter, 'takesPromptAsArgument' | 'commandGuard' | 'inert'>,
): ComposedPrompt {
	const { takesPromptAsArgument, commandGuard, inert } = adapter;
	const text = withInertMaterial(words, inert);
	const first = commandGuard === undefined ? text : text.trimStart();
	const isMistakable = first.startsWith('/') || (takesPromptAsArgument === true && text.startsWith('-'));
	const guard = isMistakable ? (commandGuard ?? ' ') : '';
	const start = Buffer.byteLength(guard);
	return { text: guard + text, words: { start, end: start + Buffer.byteLength(text) } };
}
