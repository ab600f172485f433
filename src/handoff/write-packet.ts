import { createHash } from 'node:crypto';
import { dirname, relative } from 'node:path';
import { ensureFolder } from '../core/files/folders.ts';
import { writeDurably } from '../core/files/write-file.ts';
import { packetFile } from '../sessions/files/session-paths.ts';
import type { Packet } from './packet.ts';

export interface WrittenPacket {
	/** The Markdown, relative to the session's folder. */
	path: string;
	bytes: number;
	/** SHA-256 of the Markdown, hex. */
	sha256: string;
}

/** The part of a session that a write to its folder needs. */
export interface PacketHolder {
	writableFolder(): string;
	wayTo(path: string): string;
}

/**
 * Puts both files of a packet on disk, synced. The `.md` comes last: once it is there, the packet is complete. `turn` is the number
 * of the turn that the packet follows; `to` is `next` while the successor is not chosen. A failing write leaves no partial file and
 * throws the system's error.
 */
export async function writePacket(
	session: PacketHolder,
	turn: number,
	{ from, to }: { from: string; to: string },
	packet: Pick<Packet, 'markdown' | 'json'>,
): Promise<WrittenPacket> {
	const sessionFolder = session.writableFolder();
	const path = packetFile(sessionFolder, turn, from, to, 'md');
	ensureFolder(dirname(path));
	await writeDurably([
		[session.wayTo(packetFile(sessionFolder, turn, from, to, 'json')), packet.json],
		[session.wayTo(path), packet.markdown],
	]);
	return {
		path: relative(sessionFolder, path),
		bytes: Buffer.byteLength(packet.markdown),
		sha256: createHash('sha256').update(packet.markdown).digest('hex'),
	};
}
