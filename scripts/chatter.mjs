/** What programs print at every start though nothing is wrong, taken out of their standard error. */
import readline from 'readline';

/** Of TensorFlow: lines of level INFO that absl prints before the log level can be set. */
const TENSORFLOW = /^(WARNING: All log messages before absl::InitializeLog|I\d{4} .*\] )/;
/** Of JupyterLab: its server's own defaults do not fit together, and it asks a kernel for a history that tslab does not have. */
const JUPYTER =
  /^\[W .* ServerApp\] The websocket_ping_timeout|^ {4}Setting websocket_ping_timeout=|^unknown msg_type: history_request$/;

/**
 * Passes on what `stream` has besides that, line by line; resolves when it ends.
 * @param {import('stream').Readable} stream
 * @returns {Promise<void>}
 */
export function passWithoutChatter(stream) {
  const lines = readline.createInterface({ input: stream });
  lines.on('line', (line) => {
    if (!TENSORFLOW.test(line) && !JUPYTER.test(line)) process.stderr.write(`${line}\n`);
  });
  return new Promise((resolve) => lines.once('close', resolve));
}
