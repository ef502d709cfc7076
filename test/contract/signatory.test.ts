// The signing desk in this process and as a process of its own keep the same promises.
import { fileURLToPath } from 'node:url';
import { openRoomHere } from '../../controller/signing/open-desk.ts';
import { SignerProcess } from '../../controller/signing/signer-process.ts';
import { must } from '../controller/built-centre.ts';
import { describeSignatory } from './signatory.ts';

const program = fileURLToPath(new URL('../../dist/signer.js', import.meta.url));

describeSignatory('the signing room', async ({ hello, secret }) => must(await openRoomHere(hello, secret, () => undefined, Date.now)));

describeSignatory('the signer process', async ({ hello }) => {
  const signer = new SignerProcess({ program, hello, journal: { info: () => undefined, warn: () => undefined } });
  must(await signer.start());
  return signer;
});
