import type { AllowRule } from '../../agents/asking/allow-rules.ts';
import type { SessionMeta } from '../session-meta.ts';
import type { Witness } from '../witness/witness.ts';

/** What the record allows and the user did say: an agent can write to the record, never to the witness. */
export function confirmedRules(
	{ allowed = [] }: Pick<SessionMeta, 'allowed'>,
	witness: Pick<Witness, 'knows'>,
): AllowRule[] {
	return allowed
		.map(({ action, what }) => ({ action, what }))
		.filter((rule) => witness.knows(wordsOfRule(rule), 'allow'));
}

export const wordsOfRule = ({ action, what }: AllowRule) => `${action} ${what}`;
