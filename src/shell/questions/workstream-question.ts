import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { commandOfPhrase } from '../input/workstream-phrases.ts';
import type { ShellOptions } from '../shell-options.ts';
import type { PickChoice } from '../slash/slash-command.ts';

type Asks = (message: string, choices: readonly PickChoice[]) => Promise<string | null>;

/** Asks which workstream new sessions work on where several are active. Gives lines for the user: what is parked, or what is wrong. */
export async function askForWorkstream(
	{ relay, context }: Pick<ShellOptions, 'relay' | 'context'>,
	pick: Asks,
): Promise<string[]> {
	if (relay.session() !== null || relay.workstream.chosen !== null) return [];
	try {
		const { workstreams } = (await context.workstreams()).registry();
		const active = workstreams.filter(({ status }) => status === 'active');
		if (active.length > 1) {
			const rows = active.map(({ name, description }) => ({
				value: name,
				label: labelOf(name, description),
			}));
			const answer = await pick('Which workstream?', [...rows, { value: '', label: 'none of them' }]);
			relay.workstream.chosen = answer || null;
			return [];
		}
		const parked = workstreams.filter(({ status }) => status === 'parked').map(({ name }) => name);
		if (active.length === 1 || parked.length === 0) return [];
		const names = safeLine(parked.join(', '), 200);
		return [
			`No workstream is active. /ws switch NAME takes up a parked one (${names}), /ws new NAME begins one.`,
		];
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		return [`workstreams: ${safeLine(error.message, 300)}`];
	}
}

function labelOf(name: string, description: string): string {
	const about = safeLine(description, 60);
	return about === '' ? name : `${name}: ${about}`;
}

/** Gives the line on: as the command that it means, where the user says yes; at once where it means none. */
export function throughPhrases(
	line: string,
	{
		shell,
		screen,
		queue,
	}: { shell: Pick<ShellOptions, 'context'>; screen: { pick: Asks }; queue: { add(line: string): void } },
): void {
	const pick: Asks = (message, choices) => screen.pick(message, choices);
	if (commandOfPhrase(line, null) === null) queue.add(line);
	else void commandOrLine(line, shell.context, pick).then((said) => queue.add(said));
}

async function commandOrLine(line: string, context: ShellOptions['context'], pick: Asks): Promise<string> {
	const names = await namesOf(context);
	const command = commandOfPhrase(line, names);
	if (command === null) return line;
	const answer = await pick(`Do you mean ${command}?`, [
		{ value: 'no', label: 'no, it is for the agent' },
		{ value: 'yes', label: `yes, ${command}` },
	]);
	return answer === 'yes' ? command : line;
}

/** A registry that cannot be read names nothing; the commands say what is wrong with it. */
async function namesOf(context: ShellOptions['context']): Promise<string[]> {
	try {
		return (await context.workstreams()).registry().workstreams.map(({ name }) => name);
	} catch (error) {
		if (error instanceof RelayError) return [];
		throw error;
	}
}
