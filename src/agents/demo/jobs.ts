/** What the demo agents do with a prompt. Both are scripts: they know the scenario and say so about everything else. */
import type { PlanStatus } from '../events.ts';
import type { DemoDesk } from './desk.ts';
import {
	CHECK_SOURCE,
	DEMO_CHECK,
	DEMO_CHECK_COMMAND,
	DEMO_GUIDE,
	DEMO_MODULE,
	FIRST_COUNT,
	GUIDE_SOURCE,
	moduleWith,
	RIGHT_COUNT,
	readScenario,
	SECOND_COUNT,
} from './scenario.ts';

export type DemoAgentName = 'sprinter' | 'closer';

/** `limited`: the pretend window is used up in the middle of the work. */
export type JobEnd = 'done' | 'limited';

const STEPS = {
	module: `Write ${DEMO_MODULE}`,
	check: `Write ${DEMO_CHECK} with four cases`,
	green: 'Make every case pass',
	guide: `Describe the module in ${DEMO_GUIDE}`,
} as const;

export async function doJob(agent: DemoAgentName, prompt: string, desk: DemoDesk): Promise<JobEnd> {
	const { hasObjective, hasSecondPrompt } = readScenario(prompt);
	if (!hasObjective && !hasSecondPrompt) return introduce(agent, prompt, desk);
	if (agent === 'closer') return close(prompt, desk);
	return hasSecondPrompt ? sprintOn(desk) : sprint(desk);
}

/** Any other prompt: says what it is, looks at one real thing, changes nothing. */
async function introduce(agent: DemoAgentName, prompt: string, desk: DemoDesk): Promise<JobEnd> {
	await desk.say(
		`I am demo-${agent}, a script that comes with agent-relay: no model, no account, no network. ` +
			`I know only the scenario of \`agent-relay demo\`, so I cannot do what your prompt of ${prompt.length} ` +
			'characters asks for. What I can do is run a real command:',
	);
	const { output } = await desk.run('--version');
	await desk.say(`This machine has node ${output.trim()}. I changed nothing.`);
	return 'done';
}

async function sprint(desk: DemoDesk): Promise<JobEnd> {
	await desk.say('I start with the simplest count that could work, then the check.');
	desk.plan({ [STEPS.module]: 'in_progress', [STEPS.check]: 'pending', [STEPS.green]: 'pending' });
	if (!(await writeMissing(desk, moduleWith(FIRST_COUNT)))) return sayRefused(desk);
	desk.plan({ ...writtenSteps(desk), [STEPS.green]: 'in_progress' });
	const check = await desk.run(DEMO_CHECK);
	desk.plan({ ...writtenSteps(desk), [STEPS.green]: check.ok ? 'completed' : 'pending' });
	await desk.say(
		`The check says: ${lastLine(check.output)}. ` +
			'Decision: the cases stay as they are, the module has to change. Rejected: trimming in the check.',
	);
	return 'done';
}

/** The second turn: half of the repair, then the window is used up. */
async function sprintOn(desk: DemoDesk): Promise<JobEnd> {
	desk.plan({ ...writtenSteps(desk), [STEPS.green]: 'in_progress', [STEPS.guide]: 'pending' });
	if (!(await writeMissing(desk, moduleWith(FIRST_COUNT)))) return sayRefused(desk);
	await desk.read(DEMO_MODULE);
	if (desk.look(DEMO_MODULE)?.includes(FIRST_COUNT)) {
		await desk.say('I split on any white space and trim first.');
		if (!(await desk.edit(DEMO_MODULE, FIRST_COUNT, SECOND_COUNT)).ok) return sayRefused(desk);
	}
	const check = await desk.run(DEMO_CHECK);
	if (check.ok) {
		await desk.say('Every case passes already; there is nothing left for me.');
		return 'done';
	}
	await desk.say(`Better: ${lastLine(check.output)}. Next comes the empty text`);
	return 'limited';
}

/** Continues from whatever is there: a packet and half of the work, or nothing at all. */
async function close(prompt: string, desk: DemoDesk): Promise<JobEnd> {
	const { hasObjective, hasSecondPrompt } = readScenario(prompt);
	await desk.say(whatIRead(prompt));
	desk.plan({
		...writtenSteps(desk),
		[STEPS.green]: 'in_progress',
		...guideStep(hasSecondPrompt, 'pending'),
	});
	if (!(await writeMissing(desk, moduleWith(RIGHT_COUNT)))) return sayRefused(desk);
	let check = await desk.run(DEMO_CHECK);
	if (!check.ok) {
		await desk.say(
			`${firstFailure(check.output)}: splitting leaves empty pieces, so I count only real words.`,
		);
		if (!(await repair(desk))) return sayRefused(desk);
		check = await desk.run(DEMO_CHECK);
	}
	if (hasSecondPrompt && !(await desk.write(DEMO_GUIDE, GUIDE_SOURCE)).ok) return sayRefused(desk);
	const green = check.ok ? 'completed' : 'pending';
	desk.plan({ ...writtenSteps(desk), [STEPS.green]: green, ...guideStep(hasSecondPrompt, 'completed') });
	const rest = hasSecondPrompt ? ` ${DEMO_GUIDE} describes the module.` : '';
	const work = hasObjective ? 'The work' : 'What this prompt asks for';
	await desk.say(
		`\`${DEMO_CHECK_COMMAND}\`: ${lastLine(check.output)}.${rest} ${work} is ${check.ok ? 'done' : 'not done'}.`,
	);
	return 'done';
}

function whatIRead(prompt: string): string {
	const { hasObjective, hasSecondPrompt } = readScenario(prompt);
	const found = [
		hasObjective ? 'the objective word for word' : null,
		hasSecondPrompt ? 'the prompt that was interrupted' : null,
		prompt.includes('demo-sprinter') ? 'who worked before me' : null,
		prompt.includes('cases fail') ? 'the check that still fails' : null,
	].filter((part) => part !== null);
	return `I read my prompt (${prompt.length} characters) and found ${found.join(', ')}. I look at the work itself.`;
}

function writtenSteps(desk: DemoDesk): Record<string, PlanStatus> {
	const statusOf = (path: string) => (desk.look(path) === null ? 'pending' : 'completed');
	return { [STEPS.module]: statusOf(DEMO_MODULE), [STEPS.check]: statusOf(DEMO_CHECK) };
}

function guideStep(isAsked: boolean, status: 'pending' | 'completed') {
	return isAsked ? { [STEPS.guide]: status } : {};
}

/** Writes module and check where they are missing; false when a write was refused. */
async function writeMissing(desk: DemoDesk, moduleSource: string): Promise<boolean> {
	if (desk.look(DEMO_MODULE) === null && !(await desk.write(DEMO_MODULE, moduleSource)).ok) return false;
	return desk.look(DEMO_CHECK) !== null || (await desk.write(DEMO_CHECK, CHECK_SOURCE)).ok;
}

/** Changes one line if it is a known one; a module that somebody rewrote is left alone. */
async function repair(desk: DemoDesk): Promise<boolean> {
	const source = desk.look(DEMO_MODULE) ?? '';
	const wrong = [FIRST_COUNT, SECOND_COUNT].find((count) => source.includes(count));
	if (wrong !== undefined) return (await desk.edit(DEMO_MODULE, wrong, RIGHT_COUNT)).ok;
	await desk.say(`${DEMO_MODULE} is not as the demo wrote it; I leave it as it is.`);
	return true;
}

async function sayRefused(desk: DemoDesk): Promise<JobEnd> {
	await desk.say('I may not write here with these permissions, so the work is not done.');
	return 'done';
}

function firstFailure(output: string): string {
	return output.split('\n').find((line) => line.startsWith('FAIL')) ?? lastLine(output);
}

function lastLine(output: string): string {
	return output.trim().split('\n').at(-1) ?? '';
}
