/** What the demo agents say in a chat: a script that reads what the others said and agrees after two rounds. */
import type { DemoDesk } from './desk.ts';
import type { DemoAgentName, JobEnd } from './jobs.ts';

/** Both forms of a chat's prompt end with the rule about the last line. */
const RULE = /^(?:You are \S+ in a chat|The chat of agent-relay goes on)[\s\S]*`RELAY: CONTINUE`/;
/** Each says something twice before it agrees, so that a chat of two is done after four turns. */
const TURNS_BEFORE_DONE = 1;

export function isChatPrompt(prompt: string): boolean {
	return RULE.test(prompt);
}

/** `turns`: how many this conversation had before. */
export async function takePart(
	agent: DemoAgentName,
	prompt: string,
	turns: number,
	desk: DemoDesk,
): Promise<JobEnd> {
	const heard = [...prompt.matchAll(/^(?:(\S+) \(.*\), turn \d+ said:|(The user):)$/gm)].map(
		([, who, user]) => who ?? user,
	);
	const summary = heard.length === 0 ? 'Nobody said anything yet.' : `I heard ${heard.join(', ')}.`;
	const point =
		turns < TURNS_BEFORE_DONE
			? `${summary} ${OPINIONS[agent]}`
			: `${summary} I have nothing to add; what was said stands.`;
	const verdict = turns < TURNS_BEFORE_DONE ? 'CONTINUE' : 'DONE';
	await desk.say(`I am demo-${agent}, a script without a model. ${point}\n\nRELAY: ${verdict}`);
	return 'done';
}

const OPINIONS: Readonly<Record<DemoAgentName, string>> = {
	sprinter: 'I would begin with the simplest thing that could work.',
	closer: 'I would write down first how we know that it is done.',
};
