import type { AgentId } from '../agents/contract.ts';

/** Why one agent was chosen or not, in a line a person can act on. */
export interface CandidateVerdict {
	agent: AgentId;
	model: string | null;
	verdict:
		| 'chosen'
		| 'eligible'
		| 'not_installed'
		| 'not_logged_in'
		| 'limited'
		| 'current'
		| 'already_tried'
		| 'demo';
	reason: string;
	/** Epoch ms when a limit ends, where known. */
	resetAt: number | null;
}
