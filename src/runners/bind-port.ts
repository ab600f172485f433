/** Whether a port of this machine is free, seen by binding it. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { hasErrno } from '../core/errors.ts';
import type { Protocol } from './runner-rules.ts';

/** `unknown`: this user may not bind it, which says nothing. */
export type Binding = 'free' | 'taken' | 'unknown';

export async function bindPort(port: number, protocol: Protocol): Promise<Binding> {
	try {
		await (protocol === 'tcp' ? bindTcp(port) : bindUdp(port));
		return 'free';
	} catch (error) {
		return hasErrno(error, 'EADDRINUSE') ? 'taken' : 'unknown';
	}
}

function bindTcp(port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		const server = createServer().once('error', reject);
		server.listen({ port, exclusive: true }, () => server.close(() => resolve()));
	});
}

function bindUdp(port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		const socket = createSocket('udp4').once('error', reject);
		socket.bind({ port, exclusive: true }, () => socket.close(() => resolve()));
	});
}
