package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.train.ResumeTrial;

/**
 * Whether runs that were killed went on to the same bits; as a record, also the document of {@code
 * verify-resume --json}.
 *
 * @param wentOnFrom the step that was saved, after each kill
 * @param folder where the runs are, if they differ
 */
record VerifyResumeResult(
    String recipe,
    String model,
    String data,
    long steps,
    List<Long> wentOnFrom,
    boolean equal,
    List<Part> parts,
    @Nullable String folder) {
  private static final int DIGITS = 16;

  /** What both runs left, as SHA-256, and where it differs first. */
  record Part(
      String name, boolean equal, String whole, String killed, @Nullable String difference) {
    static Part of(ResumeTrial.Part part) {
      return new Part(
          part.name(), part.equal(), part.whole(), part.killed(), part.difference().orElse(null));
    }
  }

  static VerifyResumeResult of(
      Recipe recipe, String data, ResumeTrial.Result result, @Nullable Path folder) {
    return new VerifyResumeResult(
        recipe.name(),
        recipe.model(),
        data,
        result.steps(),
        result.wentOnFrom(),
        result.equal(),
        result.parts().stream().map(Part::of).toList(),
        folder == null ? null : folder.toString());
  }

  void print(PrintWriter out, Terminal terminal) {
    out.printf("recipe %s, %s on %s, cut to %d steps%n", recipe, model, data, steps);
    out.printf(
        "killed %d times, went on from step %s%n",
        wentOnFrom.size(),
        wentOnFrom.stream().map(Object::toString).collect(Collectors.joining(", ")));
    Table table = new Table("SHA-256 of", "without a break", "killed", "");
    for (Part part : parts) {
      table.row(
          part.name(),
          part.whole().substring(0, DIGITS),
          part.killed().substring(0, DIGITS),
          part.difference() == null ? "equal" : "differ first in " + part.difference());
    }
    table.print(out);
    if (equal) {
      out.println(terminal.bold("equal to the last bit"));
    } else {
      out.printf(
          "%s: a run of this recipe does not go on as if nothing had happened; the runs are in %s%n",
          terminal.bold("not equal"), folder);
    }
    if (wentOnFrom.stream().allMatch(step -> step == 0)) {
      out.println("note: nothing was saved before any kill; give more --steps or --kills");
    }
  }
}
