// `npm start`: a commune on one machine. Reads what was asked, starts it, prints what happens, stops on Ctrl-C.
import { join } from 'node:path';
import { forgetKeySecret } from '../../hardware/host/key-secret.ts';
import { findCards } from '../../hardware/host/sound-cards.ts';
import { type DemoArguments, readDemoArguments, usage } from './arguments.ts';
import { Demo } from './demo.ts';
import { DemoFolder } from './demo-folder.ts';
import { projectRoot } from './demo-texts.ts';
import { prepareCentre } from './empty-centre.ts';
import { findPort } from './free-port.ts';
import { Program } from './program.ts';

const stopWithinMs = 3_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(text: string, code = 1): never {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}

async function freePort(wished: number, what: string): Promise<number> {
  const { port, owner } = await findPort(wished);
  if (owner !== undefined)
    say(`  cổng ${wished} do ${owner} giữ; ${what} chuyển sang ${port === 0 ? 'cổng khác' : port} / port ${wished} is busy, moved`);
  return port;
}

function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const leave = () => {
    if (stopping) return;
    stopping = true;
    say('\nĐang dừng… / stopping');
    setTimeout(() => process.exit(1), stopWithinMs).unref();
    stop().then(
      () => {
        say('Đã dừng. Chạy lại sẽ tiếp tục từ đây. / Stopped; start again to go on.');
        process.exit(0);
      },
      (error: Error) => fail(error.message),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, leave);
}

/** What is found is only told; a card is opened when it is named. */
function sayCards(named: string | undefined): void {
  if (named !== undefined) say(`  loa đầu tiên phát ra / the first loudspeaker plays through ${named}`);
  else for (const { id, name } of findCards()) say(`  card âm thanh / sound card: ${name} (--audio hw:CARD=${id})`);
}

/** A demo already runs on this folder: hand it the file, or say so. */
async function joinRunning(folder: DemoFolder, asked: DemoArguments): Promise<boolean> {
  const running = folder.running();
  if (!running) return false;
  if (!asked.play) fail(`Trình diễn đang chạy (pid ${running.pid}) trên ${folder.root}. Dừng nó hoặc dùng --data. / already running`);
  const response = await fetch(running.control, {
    method: 'POST',
    headers: { 'x-loa-control': running.token, 'content-type': 'application/json' },
    body: JSON.stringify({ file: asked.play }),
  });
  const answer = (await response.json()) as { said?: string; error?: string };
  if (!response.ok) fail(answer.error ?? `HTTP ${response.status}`);
  say(answer.said ?? '');
  return true;
}

async function runDemo(asked: DemoArguments): Promise<void> {
  const folder = new DemoFolder(asked.dataDir);
  if (await joinRunning(folder, asked)) return;
  if (asked.reset) {
    await forgetKeySecret(folder.centre);
    folder.forget();
  }
  say(`Loa – TRÌNH DIỄN xã Sơn Dương, phần cứng mô phỏng / DEMO, simulated hardware (${asked.dataDir})`);
  sayCards(asked.audio);
  const demo = new Demo(folder, asked, say);
  stopOnSignal(() => demo.stop());
  const stage = await freePort(asked.port, 'trang trình diễn');
  const consolePort = await freePort(stage === 0 ? 0 : stage + 1, 'bàn điều hành');
  try {
    const invitation = await demo.start({ stage, console: consolePort });
    say(
      `\n  Trang trình diễn / the stage (mở một lần / opens once):\n\n      ${invitation}\n\n  Enter: liên kết mới / another link · Ctrl-C: dừng / stop\n`,
    );
    process.stdin.on('data', () => say(`      ${demo.newInvitation()}`));
    if ('unref' in process.stdin) process.stdin.unref();
  } catch (error) {
    await demo.stop();
    fail(`Không khởi động được / could not start: ${(error as Error).message}`);
  }
}

/** An operating centre with nothing in it; its first page asks who the administrator is. */
async function runCentre(asked: DemoArguments): Promise<void> {
  const port = await freePort(asked.port, 'bàn điều hành');
  say(`Loa – trung tâm điều hành / operating centre (${asked.dataDir})`);
  const { setup, secret } = await prepareCentre(asked.dataDir, port, asked.seed);
  if (secret !== undefined)
    say(`  khóa được mã hóa bằng tệp này, hãy cất một bản sao / keys are encrypted under this file, keep a copy:\n      ${secret}`);
  const program = new Program({
    name: 'centre',
    logFile: join(asked.dataDir, 'centre.log'),
    args: () => [join(projectRoot, 'dist/controller.js'), '--data', asked.dataDir, '--port', String(port)],
    onLost: (exit, waitMs) => say(`Trung tâm dừng (${exit.code ?? exit.signal}), chạy lại sau ${waitMs / 1000} s`),
  });
  stopOnSignal(() => program.stop());
  const ready = await program.start();
  const place = String(ready['console']);
  say(`\n  Bàn điều hành / console: ${place}`);
  // The folder was made before the port was known.
  const link = setup && new URL(`/setup${new URL(setup).hash}`, place).href;
  if (link) say(`  Đặt người quản trị (dùng một lần) / set the administrator (once):\n\n      ${link}\n`);
}

const asked = readDemoArguments(process.argv.slice(2), projectRoot);
if (!asked.ok) fail(`${asked.problem.detail}\n\n${usage}`, 2);
if (asked.value.help) say(usage);
else if (asked.value.demo) await runDemo(asked.value);
else await runCentre(asked.value);
