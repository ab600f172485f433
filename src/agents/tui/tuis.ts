/** Every agent whose own TUI the relay can open: adding one takes `start/tui.ts` in its folder and a line here. */
import type { AgentId } from '../agent-adapter.ts';
import { claudeTui } from '../claude/start/tui.ts';
import { codexTui } from '../codex/start/tui.ts';
import type { AgentTui } from './agent-tui.ts';

const TUIS: ReadonlyMap<AgentId, AgentTui> = new Map([
	['claude', claudeTui],
	['codex', codexTui],
]);

/** null: the relay cannot open one of this agent. */
export const tuiOf = (agent: AgentId): AgentTui | null => TUIS.get(agent) ?? null;
