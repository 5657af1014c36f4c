package org.resnet4j.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Variables of those who train. Our launcher sets some for every process, peers' included, which
 * would be given to those whom nobody tuned.
 */
final class TrainingEnvironment {
  /** As the launcher sets them: freed tensors stay with the process. */
  private static final Map<String, String> MALLOC =
      Map.of(
          "MALLOC_ARENA_MAX", "1",
          "MALLOC_MMAP_THRESHOLD_", "1073741824",
          "MALLOC_TRIM_THRESHOLD_", "17179869184",
          "MALLOC_TOP_PAD_", "268435456");

  private static final String BLAS = "OPENBLAS_NUM_THREADS";

  /** For inference; the launcher leaves it out for {@code train}. */
  private static final String SPIN = "GOMP_SPINCOUNT";

  private TrainingEnvironment() {}

  /** What is set for it. */
  static Map<String, String> of(boolean tuned, int threads) {
    Map<String, String> variables = new HashMap<>(Child.Program.threads(threads));
    if (tuned) {
      variables.putAll(MALLOC);
      variables.put(BLAS, "1");
    }
    return variables;
  }

  /** What it shall not have from us. */
  static List<String> without(boolean tuned) {
    List<String> variables = new ArrayList<>(List.of(SPIN));
    if (!tuned) {
      variables.addAll(MALLOC.keySet());
      variables.add(BLAS);
    }
    return variables;
  }

  /** In words, for the record. */
  static String words(boolean tuned) {
    return tuned ? "MALLOC_* as our launcher sets it" : "as the system gives it";
  }
}
