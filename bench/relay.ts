import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Passes TCP on to a loopback port, each byte `delayMs` late in either direction: a distance without a network. */
export async function startRelay(to: number, delayMs: number) {
	const sockets = new Set<Socket>();
	const keep = (socket: Socket): Socket => {
		sockets.add(socket.setNoDelay());
		return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
	};
	const server = createServer((client) => {
		const upstream = keep(connect(to, '127.0.0.1'));
		late(keep(client), upstream, delayMs);
		late(upstream, client, delayMs);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		port: (server.address() as AddressInfo).port,
		close() {
			server.close();
			for (const socket of sockets) socket.destroy();
		},
	};
}

function late(from: Socket, to: Socket, delayMs: number): void {
	from.on('data', (bytes) => setTimeout(() => to.writable && to.write(bytes), delayMs));
	from.on('end', () => setTimeout(() => to.end(), delayMs));
	from.on('close', () => setTimeout(() => to.destroy(), delayMs));
}
