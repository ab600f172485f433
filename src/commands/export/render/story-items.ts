import type { Export, ExportHead, ExportItem, ExportTurn } from '../document.ts';

/** The items that people are shown, each as they need it; all of them are in the JSON. */
export async function* storyItems({
	head,
	items,
}: Pick<Export, 'head' | 'items'>): AsyncGenerator<ExportItem> {
	let held: ExportItem[] = [];
	for await (const item of items) {
		if (item.type === 'session' && isOneThread(head)) continue;
		if (item.type === 'event') {
			held.push(item);
			continue;
		}
		yield* held.filter((one) => !(item.type === 'turn' && isTakenUp(one, item)));
		held = [];
		yield item.type === 'turn' && item.trigger === 'chat' ? spoken(item, head) : item;
	}
	yield* held;
}

/** Each session continues the one before it, which no reader needs to know. */
export const isOneThread = ({ sessions, race }: ExportHead): boolean =>
	race === null && sessions.every(({ parent }, at) => at === 0 || parent === sessions[at - 1]?.id);

/** A checkpoint where the work did not stop: the turn behind it says that it began with its packet. */
const isTakenUp = (item: ExportItem, { packet }: ExportTurn): boolean =>
	item.type === 'event' && item.event === 'checkpointed' && packet !== null;

/** A message of a chat: its topic is said once, and what it was told of the others stands above it. */
function spoken(turn: ExportTurn, { task }: ExportHead): ExportTurn {
	const isTopic = turn.prompt?.text.trim() === task?.trim();
	return { ...turn, packet: null, prompt: isTopic ? null : turn.prompt };
}
