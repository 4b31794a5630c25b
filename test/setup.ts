import os from 'node:os';
import path from 'node:path';

// n8n-core writes settings into the user's folder when it is first asked for them; tests get one of their own.
process.env.N8N_USER_FOLDER ??= path.join(os.tmpdir(), `n8n-nodes-stepfun-test-${process.pid}`);
// n8n logs each failed node, and failures are what many tests are about.
process.env.N8N_LOG_LEVEL ??= 'silent';
process.env.N8N_ENCRYPTION_KEY ??= 'a-key-for-tests-only';
