/**
 * One setup at a time in one repository. The lock names its holder and the programs the holder runs: it is
 * stale, and taken over, when none of them lives (or its holder has not touched it for two minutes).
 */
import fs from 'fs';
import os from 'os';
import path from 'path';
import { randomBytes } from 'crypto';
import { CACHE } from '../environment.mjs';
import { readJson, writeWhole } from './files.mjs';
import { onChildren } from './run.mjs';

/** @typedef {{ token: string, host: string, pids: number[] }} Lock */

const STALE_AFTER = 120000;
const HEARTBEAT = 5000;

/** @param {number} milliseconds */
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Waits until no other setup works in this repository, then holds the lock.
 * @returns {Promise<() => void>} releases it
 */
export async function lock(file = path.join(CACHE, 'setup.lock'), { poll = 500 } = {}) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const mine = { token: randomBytes(8).toString('hex'), host: os.hostname(), pids: [process.pid] };
  let told = false;
  while (!create(file, mine)) {
    const theirs = readLock(file);
    if (isStale(file, theirs)) {
      discard(file, theirs);
      continue;
    }
    if (!told && theirs) {
      console.log(
        `… another setup works in this repository (process ${theirs.pids.join(', ')}); waiting`,
      );
    }
    told = told || theirs !== undefined;
    await sleep(poll);
  }
  return keep(file, mine);
}

/**
 * The lock in `file`; undefined where there is none, or none whole.
 * @param {string} file
 */
function readLock(file) {
  return /** @type {Lock | undefined} */ (readJson(file));
}

/**
 * Creates the lock whole (a link to a finished file); false when there is one already.
 * @param {string} file
 * @param {Lock} content
 */
function create(file, content) {
  const candidate = `${file}.${content.token}`;
  fs.writeFileSync(candidate, JSON.stringify(content));
  try {
    fs.linkSync(candidate, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(candidate, { force: true });
  }
}

/**
 * Keeps the lock fresh, with the pids of this process's children, until released.
 * @param {string} file
 * @param {Lock} mine
 */
function keep(file, mine) {
  const isMine = () => readLock(file)?.token === mine.token;
  /** @param {number[]} pids */
  const write = (pids) => {
    try {
      if (isMine()) writeWhole(file, JSON.stringify({ ...mine, pids: [process.pid, ...pids] }));
    } catch {
      // a full disk: the lock goes on naming this process, and the step under way tells the cause
    }
  };
  const forget = onChildren(write);
  const beat = setInterval(
    () => isMine() && fs.utimesSync(file, new Date(), new Date()),
    HEARTBEAT,
  );
  beat.unref();
  return () => {
    clearInterval(beat);
    forget();
    if (isMine()) fs.rmSync(file, { force: true });
  };
}

/**
 * @param {string} file
 * @param {Lock | undefined} theirs
 */
function isStale(file, theirs) {
  let age;
  try {
    age = Date.now() - fs.statSync(file).mtimeMs;
  } catch {
    return false; // just released: try again
  }
  if (!theirs || age > STALE_AFTER) return age > HEARTBEAT;
  return theirs.host === os.hostname() && !theirs.pids.some(isAlive);
}

/**
 * Moves a stale lock away; puts it back if meanwhile another process had taken it over.
 * @param {string} file
 * @param {Lock | undefined} stale
 */
function discard(file, stale) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readLock(aside);
  if (moved && stale && moved.token !== stale.token) {
    try {
      fs.linkSync(aside, file);
    } catch {
      // a third process holds it already
    }
  }
  fs.rmSync(aside, { force: true });
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
