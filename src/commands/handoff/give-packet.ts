/** The packet for somebody else: on the screen, in the clipboard, in a file. The session stays as it is. */
import { isAbsolute, join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { createWhole } from '../../core/files/new-file.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import type { SessionId } from '../../core/ids.ts';
import type { AgentChoice } from '../../relay/conversation-contract.ts';
import { previewPacket } from '../../relay/packet/hand-off.ts';
import type { Ports } from '../../relay/ports.ts';
import { requireOrigin } from '../../relay/resume/session-origin.ts';
import { agreeOnOrigin } from '../agree-on-origin.ts';
import type { CommandContext } from '../context.ts';

export interface GivenPacket {
	text: string;
	/** Absolute; null: none was written. */
	file: string | null;
	/** The program, or the terminal; null: it was not copied. */
	copiedBy: string | null;
	isPrinted: boolean;
}

/** Where to, and how. */
export interface Ways {
	print: boolean;
	copy: boolean;
	file: string | null;
	here: boolean;
	json: boolean;
}

/** Throws like `previewPacket`, `refused` for a file that is there, and `not_started` where there is no clipboard. */
export async function givePacket(
	id: SessionId,
	to: AgentChoice | null,
	{ print, copy, file: named, here, json }: Ways,
	{ context, ports }: { context: CommandContext; ports: Ports },
): Promise<GivenPacket> {
	const isAccepted =
		here || (await agreeOnOrigin(context, id, 'Make a packet of it? It quotes what the records say.'));
	requireOrigin(ports.store.read(id), ports.store.witness(id), isAccepted);
	const text = await previewPacket(id, to, { home: ports, isHere: here });
	const file = named === null ? null : isAbsolute(named) ? named : join(context.folder, named);
	if (file !== null && !explainingWrites(file, () => createWhole(file, text)))
		throw new RelayError('refused', `${file} is there already; nothing was written.`, {
			hint: 'Name a new file, or remove that one first.',
		});
	const copiedBy = copy ? await context.copy(text) : null;
	if (copy && copiedBy === null)
		throw new RelayError(
			'not_started',
			'There is no clipboard here: no wl-copy, xclip, pbcopy or clip.exe, and no terminal.',
			{
				hint: `Print it: ${context.called('handoff')} --print, or write it to a file: --file packet.md`,
			},
		);
	if (print && !json) context.live.print(text.trimEnd());
	return { text, file, copiedBy, isPrinted: print };
}
