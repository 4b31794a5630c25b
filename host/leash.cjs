// Loaded into the n8n process: ends it when the process that started it is gone, however that one ended.
process.on('disconnect', () => {
	process.kill(process.pid, 'SIGTERM');
	setTimeout(() => process.exit(1), 10_000).unref();
});
