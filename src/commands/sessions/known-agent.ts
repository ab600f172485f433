import { RelayError } from '../../core/errors.ts';
import type { CommandContext } from '../context.ts';

/** The id of what was typed as an agent; as typed where it is none, since one that was removed from the configuration may have worked. */
export async function knownAgent(
	typed: string,
	{ settings }: Pick<CommandContext, 'settings'>,
): Promise<string> {
	try {
		return (await settings()).registry.find(typed).id;
	} catch (error) {
		if (error instanceof RelayError) return typed;
		throw error;
	}
}
