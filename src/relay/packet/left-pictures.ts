import type { AgentAdapter } from '../../agents/agent-adapter.ts';
import { formatPlural } from '../../core/plural.ts';
import type { Packet } from '../../handoff/packet.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';

export interface NamedPictures {
	/** Those that the successor gets. */
	pictures: readonly { path: string }[];
	/** Paths of those that it cannot take. */
	unsent: readonly string[];
}

/**
 * Adds the pictures that the successor does not see: those that others got in `turns`, as no packet holds one, and those that it
 * cannot take.
 */
export function withLeftPictures(
	carried: Packet['carried'],
	turns: readonly Pick<TurnState, 'agent' | 'pictures'>[],
	{
		to,
		pictures = { pictures: [], unsent: [] },
	}: { to: Pick<AgentAdapter, 'id'> | null; pictures?: NamedPictures },
): Packet['carried'] {
	const earlier = turns
		.filter(({ agent }) => agent !== to?.id)
		.flatMap((turn) => turn.pictures ?? [])
		.map(({ path }) => path);
	const left = new Set([...earlier, ...pictures.unsent]);
	for (const { path } of pictures.pictures) left.delete(path);
	if (left.size === 0) return carried;
	return { ...carried, leftOut: [...carried.leftOut, formatPlural(left.size, 'image')] };
}
