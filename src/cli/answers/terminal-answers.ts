/** Answers from the keyboard to what asks on an agent's terminal, for commands without an edit line. */
import { StringDecoder } from 'node:string_decoder';
import type { Conversation } from '../../relay/conversation-contract.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import type { TerminalInput } from '../../ui/terminal-modes.ts';
import { dropTypedAhead } from './drop-typed-ahead.ts';

export interface TerminalAnswers {
	event(event: RelayEvent): void;
	/** Gives the keyboard back. Idempotent. */
	close(): void;
}

/**
 * Reads one line without showing it while a question is open; the keyboard is nobody's otherwise. Ctrl+D on an empty line
 * refuses, Ctrl+C is the interrupt that it always is. What was typed before the question was shown answers nothing.
 */
export function createTerminalAnswers(
	input: TerminalInput,
	relay: Pick<Conversation, 'answerTerminal'>,
	interrupt: () => void,
): TerminalAnswers {
	let decoder = new StringDecoder();
	let typed = '';
	let isReading = false;

	const read = (chunk: Buffer) => {
		for (const character of decoder.write(chunk)) {
			if (!isReading) return;
			take(character);
		}
	};
	const take = (character: string) => {
		if (character === '\x03') interrupt();
		else if (character === '\r' || character === '\n') answer(typed);
		else if (character === '\x04') {
			if (typed === '') answer(null);
		} else if (character === '\x7f' || character === '\b') typed = [...typed].slice(0, -1).join('');
		else if (character === '\x15') typed = '';
		else if (character >= ' ') typed += character;
	};
	const answer = (line: string | null) => {
		stop();
		relay.answerTerminal(line);
	};
	const start = () => {
		if (isReading) return;
		isReading = true;
		typed = '';
		decoder = new StringDecoder();
		input.setRawMode?.(true);
		dropTypedAhead();
		input.on('data', read);
		input.resume();
	};
	const stop = () => {
		if (!isReading) return;
		isReading = false;
		typed = '';
		input.off('data', read);
		input.pause();
		input.setRawMode?.(false);
	};

	return {
		event(event) {
			if (event.type === 'terminal_asked' && event.refusedInMs === null) start();
			if (event.type === 'terminal_settled' || event.type === 'turn_finished') stop();
		},
		close: stop,
	};
}
