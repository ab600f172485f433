/** The note before the next prompt of an agent whose own last turn was cut off, from its records. */
import type { AgentAdapter } from '../../agents/agent-adapter.ts';
import { secretValues } from '../../agents/secret-values.ts';
import { cutNote } from '../../handoff/pieces/cut-turn.ts';
import { turnLabel } from '../../handoff/pieces/turn-label.ts';
import { createRedactor } from '../../handoff/redact.ts';
import type { RelayDeps } from '../ports.ts';
import { wasHeard } from '../turn/resumable.ts';
import { recordedWords } from '../turn/task.ts';
import type { PlacedTurn } from './placed-turns.ts';

/** `cut`: oldest first, the last is the one that was cut off. The same words appear once. */
export function noteOfCut(
	cut: readonly PlacedTurn[],
	about: { current: string; turns: readonly PlacedTurn[]; adapter: AgentAdapter },
	deps: RelayDeps,
): string {
	const { current, turns, adapter } = about;
	const last = cut.at(-1);
	if (last === undefined) return '';
	const seen = new Set<string>();
	const unheard = cut.map(({ state }) => {
		const words = wasHeard(state) ? null : recordedWords(turns, state);
		if (words === null || !words.isConfirmed || seen.has(words.text)) return { state, unheard: null };
		seen.add(words.text);
		return { state, unheard: words.text };
	});
	const redactor = createRedactor(secretValues(deps.env, deps.registry.adapters));
	return cutNote(unheard, {
		label: turnLabel([{ id: current }])({ sessionId: last.sessionId, turn: last.state.turn }),
		inert: adapter.inert,
		redact: (text) => redactor.record(text),
	});
}
