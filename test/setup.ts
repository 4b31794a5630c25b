import os from 'node:os';
import path from 'node:path';

// n8n-core writes settings into the user's folder when it is first asked for them; tests get one of their own.
process.env.N8N_USER_FOLDER ??= path.join(os.tmpdir(), `n8n-nodes-stepfun-test-${process.pid}`);
process.env.N8N_ENCRYPTION_KEY ??= 'a-key-for-tests-only';
