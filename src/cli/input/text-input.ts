/** The user's words as text: refused where they are none, and never changed on the way. */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { RelayError } from '../../core/errors.ts';

export interface TextInput {
	/** What the bytes are called, at the start of a sentence: `Stdin`, a path. */
	name: string;
	/** The value of `--encoding`; absent: UTF-8. */
	encoding: string | undefined;
	/** Whether bytes that are not UTF-8 are refused; else they become U+FFFD. */
	isStrict: boolean;
}

/** Throws `usage` for binary data, for what is not in the encoding, and for an encoding that nobody knows. */
export function decodeText(bytes: Buffer, { name, encoding, isStrict }: TextInput): string {
	if (encoding !== undefined) return decodeAs(encoding, bytes, name);
	if (bytes.includes(0))
		throw new RelayError('usage', `${name} holds binary data, and a prompt is text.`, {
			hint: 'Name that file in the task instead, or name its encoding: --encoding utf-16le',
		});
	if (isStrict && !isUtf8(bytes))
		throw new RelayError(
			'usage',
			`${name} is not UTF-8: the first invalid byte is number ${firstBad(bytes)}.`,
			{
				hint: 'Name its encoding, for example --encoding latin1, or convert it with iconv.',
			},
		);
	return bytes.toString();
}

function decodeAs(encoding: string, bytes: Buffer, name: string): string {
	try {
		return decoderOf(encoding).decode(bytes);
	} catch (error) {
		if (error instanceof RelayError) throw error;
		throw new RelayError('usage', `${name} is not ${encoding}.`, {
			hint: 'See what it is with: file --mime-encoding',
			cause: error,
		});
	}
}

function decoderOf(encoding: string): InstanceType<typeof TextDecoder> {
	try {
		return new TextDecoder(encoding, { fatal: true });
	} catch (error) {
		throw new RelayError('usage', `There is no encoding ${JSON.stringify(encoding)}.`, {
			hint: 'For example: utf-8, utf-16le, latin1, windows-1252, shift_jis, gb18030',
			cause: error,
		});
	}
}

/** Counted from 1: where the bytes and those of their text, with U+FFFD in it, go apart. */
function firstBad(bytes: Buffer): number {
	const shown = Buffer.from(bytes.toString());
	return bytes.findIndex((byte, at) => byte !== shown[at]) + 1;
}

/**
 * Refuses words of the command line that were no UTF-8: Node has put U+FFFD in their place by then. Whether it has, only
 * Linux reports; elsewhere a U+FFFD is taken for one that was typed.
 */
export function refuseMangledArgument(argument: string, word: string): void {
	if (!argument.includes('\ufffd') || isUtf8(commandLine())) return;
	throw new RelayError('usage', `The ${word} on the command line is not UTF-8.`, {
		hint: 'Put it in a file and name its encoding: -f FILE --encoding latin1',
	});
}

function commandLine(): Buffer {
	try {
		return readFileSync('/proc/self/cmdline');
	} catch {
		return Buffer.alloc(0);
	}
}
