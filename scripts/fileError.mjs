/** What the operating system says about files, in plain words and with a remedy. Loaded before anything is installed. */

/** @typedef {{ cause: string, remedy: string }} Explanation */

const SPACE = 'Free some space there, or choose a folder on another disk.';
const ACCESS = 'Check its owner and permissions (ls -ld), or choose another folder.';
const PLACE = 'Move it away, or choose another name.';

/** @type {Record<string, Explanation>} */
const EXPLANATIONS = {
  ENOSPC: { cause: 'the disk is full', remedy: SPACE },
  EDQUOT: { cause: 'the disk quota is used up', remedy: SPACE },
  EFBIG: { cause: 'a file may not grow that large here', remedy: SPACE },
  EACCES: { cause: 'this user may not read or write it', remedy: ACCESS },
  EPERM: { cause: 'this user may not change it', remedy: ACCESS },
  EROFS: { cause: 'the file system is read-only', remedy: ACCESS },
  EISDIR: { cause: 'a folder stands where a file belongs', remedy: PLACE },
  ENOTDIR: { cause: 'a file stands where a folder belongs', remedy: PLACE },
  EEXIST: { cause: 'a file stands where a folder belongs', remedy: PLACE },
  ENOTEMPTY: { cause: 'a folder stands where a file belongs', remedy: PLACE },
  ELOOP: { cause: 'its symbolic links lead in a circle', remedy: PLACE },
  ENAMETOOLONG: { cause: 'its name is too long', remedy: 'Choose a shorter one.' },
  ENOENT: { cause: 'there is no such file or folder', remedy: 'Check the path.' },
  EMFILE: { cause: 'too many files are open', remedy: 'Raise the limit: ulimit -n 4096.' },
  EIO: { cause: 'the disk failed to read or write', remedy: 'Check the disk.' },
};

/**
 * What a failed operation on a file means; undefined for every other error.
 * @param {unknown} error
 * @returns {(Explanation & { code: string, file: string | undefined }) | undefined}
 */
export function explainFileError(error) {
  const { code = '', syscall = '', path, dest } = systemErrorOf(error);
  const known = EXPLANATIONS[code];
  if (known === undefined) return undefined;
  const remedy = syscall.startsWith('spawn') ? 'npm run setup' : known.remedy;
  return { cause: known.cause, remedy, code, file: dest || path };
}

/**
 * @param {unknown} error
 * @returns {NodeJS.ErrnoException & { dest?: string }}
 */
function systemErrorOf(error) {
  return error instanceof Error ? error : new Error(String(error));
}

/**
 * The message for people of a failed operation on a file; undefined for every other error.
 * @param {unknown} error
 */
export function fileErrorMessage(error) {
  const known = explainFileError(error);
  if (known === undefined) return undefined;
  const subject = known.file === undefined ? 'A file' : known.file;
  return `${subject}: ${known.cause} (${known.code}).\nRemedy: ${known.remedy}`;
}
