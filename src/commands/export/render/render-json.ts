import type { Export } from '../document.ts';

/** One document: a key of the head a line, an item of the timeline a line. */
export async function* renderJson({ head, items, tail }: Export): AsyncGenerator<string> {
	const keys = Object.entries(head).map(
		([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)},\n`,
	);
	yield `{\n${keys.join('')}"timeline": [`;
	let isFirst = true;
	for await (const item of items) {
		yield `${isFirst ? '' : ','}\n${JSON.stringify(item)}`;
		isFirst = false;
	}
	const { redaction, problems } = tail();
	yield `${isFirst ? '' : '\n'}],\n"redaction": ${JSON.stringify(redaction)},\n"problems": ${JSON.stringify(problems)}\n}\n`;
}
