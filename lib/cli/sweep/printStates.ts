/** How `npm run sweep` shows its runs: a live table on a terminal, else a line for each change. */
import { counted } from '../../check';
import readline from 'node:readline';
import { clock } from '../../notebook/progress';
import type { RunState } from '../../sweeps/sweepFolder';
import type { SweepEvent } from '../../sweeps/supervise';
import { maximumOf } from '../../extremes';
import { mean, sum } from '../../statistics';

/** One line for each run and one for all. `tasks`: SLURM's word for the state of a run's task. */
export function statusLines(
  states: readonly RunState[],
  tasks: ReadonlyMap<string, string> = new Map(),
): string[] {
  const width = maximumOf(states.map(({ id }) => id.length));
  const lines = states.map((state) => {
    const { id, status, epoch, epochs, meanIoU, seconds, failure } = state;
    const task = tasks.get(id);
    const parts = [
      `${symbols[status]} ${id.padEnd(width)}  ${status.padEnd(7)}`,
      `epoch ${epoch}/${epochs}`,
      ...(meanIoU === null ? [] : [`mean IoU ${(100 * meanIoU).toFixed(2)} %`]),
      ...(seconds > 0 ? [clock(seconds)] : []),
      ...(task === undefined || status === 'done' ? [] : [`SLURM: ${task}`]),
      ...(failure === undefined
        ? []
        : [`${counted(failure.attempts, 'attempt')}, ${failure.ended}: ${failure.reason}`]),
    ];
    return parts.join('  ');
  });
  return [...lines, countsText(states)];
}

const symbols = { done: '✓', running: '▸', failed: '✗', waiting: '·' } as const;

function countsText(states: readonly RunState[]): string {
  const count = (status: RunState['status']) =>
    states.filter((state) => state.status === status).length;
  return (
    `${counted(states.length, 'run')}: ${count('done')} done, ${count('running')} running, ` +
    `${count('failed')} failed, ${count('waiting')} waiting`
  );
}

interface RunningRun {
  started: number;
  startStep: number;
  step: number;
  totalSteps: number;
  meanIoU: number | null;
}

export interface LiveTable {
  show: (event: SweepEvent) => void;
  close: () => void;
}

const REDRAW_MILLISECONDS = 500;

/** Shows events as they come. `states`: as the sweep starts. */
export function liveTable(states: readonly RunState[], jobs: number): LiveTable {
  const { stderr } = process;
  const status = new Map(states.map((state) => [state.id, { ...state }]));
  const running = new Map<string, RunningRun>();
  let drawn = 0;
  const erase = () => {
    if (drawn > 0) readline.moveCursor(stderr, 0, -drawn);
    readline.cursorTo(stderr, 0);
    readline.clearScreenDown(stderr);
    drawn = 0;
  };
  const draw = () => {
    erase();
    const lines = [
      ...[...running].map(([id, run]) => runningText(id, run)),
      `${countsText([...status.values()])}${leftText([...status.values()], running, jobs)}`,
    ].map((line) => line.slice(0, stderr.columns - 1));
    stderr.write(`${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  const timer = stderr.isTTY ? setInterval(draw, REDRAW_MILLISECONDS) : undefined;
  const say = (line: string) => {
    if (stderr.isTTY) erase();
    stderr.write(`${line}\n`);
  };
  return {
    show(event) {
      const state = status.get(event.id) as RunState;
      if (event.kind === 'progress') return note(running, event);
      running.delete(event.id);
      if (event.kind === 'started') {
        state.status = 'running';
        const run = {
          started: performance.now(),
          startStep: 0,
          step: 0,
          totalSteps: 0,
          meanIoU: null,
        };
        running.set(event.id, run);
      } else if (event.kind !== 'retry') {
        state.status = event.kind === 'stopped' ? 'waiting' : event.kind;
      }
      if (event.kind !== 'started' || !stderr.isTTY) say(eventText(event));
    },
    close() {
      clearInterval(timer);
      if (stderr.isTTY) erase();
    },
  };
}

function note(
  running: Map<string, RunningRun>,
  { id, event }: Extract<SweepEvent, { kind: 'progress' }>,
): void {
  const run = running.get(id);
  if (run === undefined || event.kind === 'note') return;
  if (event.kind === 'epoch') {
    run.meanIoU = event.metrics.meanIoU;
    return;
  }
  if (event.kind === 'start')
    Object.assign(run, { started: performance.now(), startStep: event.step });
  run.step = event.step;
  run.totalSteps = event.totalSteps;
}

function eventText(event: Exclude<SweepEvent, { kind: 'progress' }>): string {
  switch (event.kind) {
    case 'started':
      return `▸ ${event.id}${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`;
    case 'done':
      return `✓ ${event.id}`;
    case 'stopped':
      return `· ${event.id} stopped`;
    case 'retry': {
      const { ended, reason } = event.failure;
      return `✗ ${event.id} crashed (${ended}: ${reason}); again in ${event.seconds} s`;
    }
    case 'failed':
      return `✗ ${event.id} failed (${event.failure.ended}: ${event.failure.reason})`;
  }
}

function runningText(id: string, run: RunningRun): string {
  const { step, totalSteps, meanIoU } = run;
  const left = secondsLeft(run);
  const parts = [
    `▸ ${id}`,
    totalSteps === 0 ? 'starting' : `step ${step}/${totalSteps}`,
    ...(meanIoU === null ? [] : [`mean IoU ${(100 * meanIoU).toFixed(2)} %`]),
    ...(left === undefined ? [] : [`${clock(left)} left`]),
  ];
  return parts.join('  ');
}

function secondsLeft({ started, startStep, step, totalSteps }: RunningRun): number | undefined {
  if (step <= startStep) return undefined;
  const seconds = (performance.now() - started) / 1000;
  return (seconds / (step - startStep)) * (totalSteps - step);
}

/** Time left for all, when every waiting run takes as long as the running ones in the mean. */
function leftText(
  states: readonly RunState[],
  running: ReadonlyMap<string, RunningRun>,
  jobs: number,
): string {
  const known = [...running.values()].flatMap((run) => {
    const left = secondsLeft(run);
    if (left === undefined) return [];
    const perStep = left / Math.max(1, run.totalSteps - run.step);
    return [{ left, whole: perStep * run.totalSteps }];
  });
  if (known.length === 0) return '';
  const waiting = states.filter(({ status }) => status === 'waiting').length;
  const each = mean(known.map(({ whole }) => whole));
  const rest = sum(known.map(({ left }) => left)) + waiting * each;
  return `, about ${clock(rest / jobs)} left`;
}
