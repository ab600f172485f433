import { type Line, LineSplitter } from '../../core/files/line-splitter.ts';
import type { AgentExit, AgentParser, NativeFacts, ParsedTurn, ParserContext } from '../agent-adapter.ts';
import type { AgentEvent } from '../events.ts';
import { parseEventLine } from '../reading/json-fields.ts';
import { readOversized } from './oversized.ts';
import { TurnReader } from './stream/turn-reader.ts';

/** Control sequences a terminal may put before a line. */
const LEADING_SEQUENCES = /^(?:\x1b\[[0-9;?<=>]*[A-Za-z])+/;

/** Reads one turn of `claude -p --output-format stream-json --verbose`, with or without partial messages. */
export class ClaudeParser implements AgentParser {
	readonly #lines = new LineSplitter();
	readonly #stderrText = new TextDecoder();
	readonly #turn: TurnReader;

	constructor(context: ParserContext) {
		this.#turn = new TurnReader(context);
	}

	push(chunk: Buffer): AgentEvent[] {
		return this.#lines.push(chunk).flatMap((line) => this.#line(line));
	}

	stderr(chunk: Buffer): AgentEvent[] {
		this.#turn.stderr(this.#stderrText.decode(chunk, { stream: true }));
		return [];
	}

	end(exit: AgentExit, _native: NativeFacts | null): { events: AgentEvent[]; turn: ParsedTurn } {
		const last = this.#lines.end();
		const lastEvents = last === null ? [] : this.#line(last);
		this.#turn.stderr(this.#stderrText.decode());
		const { events, turn } = this.#turn.end(exit);
		return { events: [...lastEvents, ...events], turn };
	}

	#line(line: Line): AgentEvent[] {
		if (line.kind === 'line') {
			const message = parseEventLine(line.text.replace(LEADING_SEQUENCES, ''));
			return message === null ? [] : this.#turn.message(message);
		}
		const notice: AgentEvent = {
			type: 'error',
			code: 'oversized_line',
			message: `a line of ${line.bytes} bytes was recorded; only its start and end were read`,
		};
		const read = readOversized(line);
		return read === null ? [notice] : [notice, ...this.#turn.message(read.message, read.isWhole)];
	}
}
