/** The plan that a command line asks for: a file or a preset, with settings changed. */
import { checkOneOf, invalid } from '../../check';
import { withSettings } from '../../runs/config';
import { withPlugins } from '../../runs/pluginFiles';
import { atSmallScale } from '../../runs/smallScale';
import { parseSweep } from '../../sweeps/plan';
import type { SweepInput, SweepPlan } from '../../sweeps/plan';
import { presetNames, scales, studyNames, sweepPreset } from '../../sweeps/presets';

/** `content`: that of the file `config`; undefined when `config` is to be a preset's name, or several joined by commas. */
export function planSweep(
  config: string,
  content: unknown,
  {
    scale,
    settings,
    plugins = [],
  }: { scale?: string; settings: readonly string[]; plugins?: readonly string[] },
): SweepPlan {
  const where = 'npm run sweep';
  const isSmall = content !== undefined && scale === 'small';
  if (content !== undefined && scale !== undefined && !isSmall) {
    throw invalid(
      where,
      '--scale',
      'small or absent with a file',
      scale,
      'Others are for presets.',
    );
  }
  const sweep = withPlugins(
    content ??
      sweepPreset(
        config
          .split(',')
          .map((name) =>
            checkOneOf(where, "--config (a file's name or presets)", name, [
              ...presetNames,
              ...studyNames,
            ]),
          ),
        checkOneOf(where, '--scale', scale ?? 'laptop', scales),
      ),
    plugins,
  );
  if (settings.length === 0 && !isSmall) return parseSweep(sweep);
  const { base = {}, ...rest } = sweep as SweepInput;
  return parseSweep({ ...rest, base: withSettings(isSmall ? atSmallScale(base) : base, settings) });
}
