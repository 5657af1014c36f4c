package org.resnet4j.study;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a lens found as CSV files. */
final class LensTables {
  private LensTables() {}

  /** By the names of their files. */
  static Map<String, Csv> of(LensResult result) {
    Map<String, Csv> tables = new LinkedHashMap<>();
    tables.put("blocks.csv", blocks(result));
    tables.put("lesion.csv", lesion(result));
    if (result.paths() != null) {
      tables.put("paths.csv", paths(result.paths()));
    }
    return tables;
  }

  private static Csv blocks(LensResult result) {
    Csv csv =
        new Csv(
            "block",
            "kind",
            "shortcut",
            "branch_std",
            "shortcut_std",
            "ratio",
            "cosine",
            "gradient_share",
            "removal",
            "loss_without",
            "top1_without",
            "loss_change",
            "loss_change_error",
            "broken",
            "fixed",
            "drift_mean",
            "drift_mean_largest",
            "drift_variance",
            "drift_variance_largest",
            "channels",
            "dead");
    for (LensBlock block : result.blocks()) {
      LensDrift drift = block.drift();
      csv.row(
          block.name(),
          block.kind(),
          block.shortcut(),
          block.branchStd(),
          cell(block.shortcutStd()),
          cell(block.ratio()),
          cell(block.cosine()),
          cell(block.gradientShare()),
          block.removal().name().toLowerCase(Locale.ROOT),
          cell(block.lossWithout()),
          cell(block.top1Without()),
          cell(block.lossChange()),
          cell(block.lossChangeError()),
          cell(block.broken()),
          cell(block.fixed()),
          cell(drift == null ? null : drift.mean()),
          cell(drift == null ? null : drift.largestMean()),
          cell(drift == null ? null : drift.variance()),
          cell(drift == null ? null : drift.largestVariance()),
          block.channels(),
          block.dead());
    }
    return csv;
  }

  private static Object cell(@Nullable Object value) {
    return value == null ? "" : value;
  }

  private static Csv lesion(LensResult result) {
    Csv csv = new Csv("lesion", "count", "draw", "tau", "error", "loss");
    for (LensLesion lesion : result.removed()) {
      add(csv, "removed", lesion);
    }
    for (LensLesion lesion : result.permuted()) {
      add(csv, "permuted", lesion);
    }
    return csv;
  }

  private static void add(Csv csv, String name, LensLesion lesion) {
    for (int d = 0; d < lesion.draws().size(); d++) {
      LensLesion.Draw draw = lesion.draws().get(d);
      csv.row(name, lesion.count(), d + 1, cell(draw.tau()), draw.error(), draw.loss());
    }
  }

  private static Csv paths(LensPaths paths) {
    Csv csv =
        new Csv("length", "paths", "gradient", "gradient_low", "gradient_high", "gradient_share");
    for (LensPaths.Length length : paths.lengths()) {
      csv.row(
          length.length(),
          length.paths(),
          length.gradient(),
          cell(length.low()),
          cell(length.high()),
          cell(length.share()));
    }
    return csv;
  }
}
