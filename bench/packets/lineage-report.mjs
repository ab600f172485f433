// What a returning agent, or one that takes over a finished session, gets of what it missed; as tables.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIALECTS } from './dialects.mjs';
import { repeatedBytes, retold, scorePacket } from './score.mjs';

/** Every measured packet of the sessions, with its scores by budget (KB). */
export async function measureLineages(packetsOf, halves, budgets, out) {
	const rows = [];
	for (const [half, sessions] of Object.entries(halves))
		for (const session of sessions)
			for (const measured of await packetsOf(session, budgets))
				rows.push(scoreMeasured(half, session, measured, out));
	return rows;
}

/** The same sessions with the roles dealt to other CLIs, so that each of the four plays each. */
export function recast(session, by) {
	const clis = Object.keys(DIALECTS);
	const roles = Object.entries(session.agents);
	const agents = roles.map(([role, agent]) => [role, clis[(clis.indexOf(agent) + by) % clis.length]]);
	return { ...session, agents: Object.fromEntries(agents) };
}

function scoreMeasured(half, session, { step, agent, words, known, packets }, out) {
	const { facts, leaks, known: phrases } = step.expected;
	const planted = { facts: [...words, { kind: 'prompt', parts: [step.user] }, ...facts], leaks };
	const scores = packets.map(({ budget, sent, markdown, json, ms }) => {
		if (out) {
			mkdirSync(out, { recursive: true });
			writeFileSync(join(out, `${session.id}-${step.role}-${budget}.md`), sent);
		}
		return {
			budget,
			ms,
			...scorePacket({ markdown: sent, json }, planted),
			bytes: Buffer.byteLength(markdown),
			repeated: repeatedBytes(markdown, known, session.talk),
			retold: retold(markdown, phrases),
		};
	});
	const { kind } = JSON.parse(packets[0].json);
	return { half, id: session.id, role: step.role, agent, kind, title: session.title, scores };
}
