package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.resnet4j.study.Growing;
import org.resnet4j.train.Evaluation;

/** What growing came to; as a record, also the document of {@code grow --json}. */
record GrowResult(
    String model,
    String from,
    String to,
    List<String> added,
    long parametersBefore,
    long parameters,
    long multiplyAddsBefore,
    long multiplyAdds,
    int compared,
    boolean identical,
    @Nullable Double largestDifference,
    @Nullable Double top1Before,
    @Nullable Double top1Grown,
    @Nullable Double top1After,
    @Nullable String run) {

  static GrowResult of(Growing.Result result) {
    Growing.Grown grown = result.grown();
    return new GrowResult(
        result.folder().resolve("model").toString(),
        grown.from().name(),
        grown.to().name(),
        grown.added(),
        grown.from().parameters(),
        grown.to().parameters(),
        grown.from().multiplyAdds(),
        grown.to().multiplyAdds(),
        grown.images(),
        grown.identical(),
        Json.finite(grown.largestDifference()),
        top1(grown.before()),
        top1(grown.after()),
        top1(result.after()),
        result.trained().map(test -> Growing.run(result.folder()).toString()).orElse(null));
  }

  private static @Nullable Double top1(Optional<Evaluation> evaluation) {
    return evaluation.map(Evaluation::top1).orElse(null);
  }

  void print(PrintWriter out, Terminal terminal) {
    out.printf("%s -> %s: %d blocks added, %s%n", from, to, added.size(), String.join(" ", added));
    out.printf(
        "parameters %s -> %s, multiply-adds %s -> %s%n",
        Figures.count(parametersBefore),
        Figures.count(parameters),
        Figures.count(multiplyAddsBefore),
        Figures.count(multiplyAdds));
    out.printf("logits of %d images: %s%n", compared, comparison());
    if (top1Before != null && top1Grown != null && top1After != null) {
      out.printf(
          "test top-1: %s before, %s grown%s%n",
          Figures.percent(top1Before),
          Figures.percent(top1Grown),
          run == null ? "" : ", " + terminal.bold(Figures.percent(top1After)) + " trained on");
    }
    out.printf("model folder %s%n", model);
    out.printf("next: %s%n", terminal.commandLine("predict", model, "some.png"));
  }

  private String comparison() {
    return identical
        ? "the same to the last bit"
        : String.format(Locale.ROOT, "at most %.2g apart", largestDifference);
  }
}
