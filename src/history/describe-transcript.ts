/** A transcript for reading: each turn with its words and the beginning of what came of it. Nothing is written. */
import { safeLine } from '../core/text.ts';
import { type TranscriptTurn, TurnGrouping, type TurnStep } from './group-turns.ts';
import { openTranscript } from './read-transcript.ts';

export interface TranscriptPage {
	path: string;
	agent: string;
	id: string | null;
	cwd: string | null;
	title: string | null;
	version: string | null;
	/** How many turns there are; those that are shown are the newest. */
	count: number;
	turns: readonly ShownTurn[];
	/** Lines that could not be read. */
	torn: number;
}

export interface ShownTurn extends Omit<TranscriptTurn, 'totals'> {
	/** One line each, made safe. */
	prompt: string;
	answer: string;
	/** How many calls. */
	tools: number;
}

const SAID_CHARS = 400;
const SHOWN_TURNS = 2_000;

/** Throws like `openTranscript`. */
export async function describeTranscript(path: string): Promise<TranscriptPage> {
	const transcript = await openTranscript(path);
	try {
		const grouping = new TurnGrouping();
		const shown: ShownTurn[] = [];
		let [count, prompt, answer, message, tools] = [0, '', '', '', 0];
		const take = (steps: readonly TurnStep[]) => {
			for (const step of steps) {
				if (step.step === 'begin')
					[prompt, answer, message, tools] = [safeLine(step.text, SAID_CHARS), '', '', 0];
				else if (step.step === 'event') {
					const { event } = step;
					if (event.type === 'tool_call') tools++;
					if (event.type !== 'agent_message_chunk') continue;
					answer = event.messageId === message ? answer : safeLine(event.text, SAID_CHARS);
					message = event.messageId;
				} else {
					const { totals: _, ...turn } = step.turn;
					count++;
					shown.push({ ...turn, prompt, answer, tools });
					if (shown.length > SHOWN_TURNS) shown.shift();
				}
			}
		};
		for await (const item of transcript.items()) take(grouping.push(item));
		take(grouping.end());
		const { cwd = null, title = null, version = null } = grouping.facts;
		const { agent, id } = transcript;
		return { path, agent, id, cwd, title, version, count, turns: shown, torn: grouping.torn };
	} finally {
		transcript.close();
	}
}
