package org.resnet4j.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.resnet4j.cli.Json;
import org.resnet4j.cli.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code resnet4j bench}. */
@Command(
    name = "bench",
    description = "Measure compiled inference, with peers beside it on request.",
    footer = {
      "",
      "Examples:",
      "  resnet4j bench --model resnet50 --batch 1,16 --peers onnxruntime,djl",
      "  resnet4j bench --model runs/first/model --precision fp32 --explain",
      "",
      "Exit status: 4 if outputs differ, 5 if the machine is busy."
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class BenchCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      required = true,
      description = "Model folder, or a network's name for made-up weights.")
  private String model;

  @Option(
      names = "--precision",
      paramLabel = "P",
      split = ",",
      defaultValue = "auto",
      description =
          "fp32, bf16 or int8, several with commas, or auto for the better of the first two"
              + " (default: ${DEFAULT-VALUE}).")
  private List<String> precisions;

  @Option(
      names = "--batch",
      paramLabel = "N",
      split = ",",
      defaultValue = "1",
      description = "Images that run together; several with commas (default: ${DEFAULT-VALUE}).")
  private List<Integer> batches;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of each contestant (default: one a core).")
  private @Nullable Integer threads;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "latency",
      description = {
        "latency: one batch at a time on all threads;",
        "throughput: a batch on each thread (default: ${DEFAULT-VALUE})."
      })
  private String mode;

  @Option(
      names = "--peers",
      paramLabel = "PEER",
      split = ",",
      description = "Who runs beside us: onnxruntime, djl.")
  private List<String> peers = List.of();

  @Option(names = "--explain", description = "Show each step of the plan.")
  private boolean explain;

  @Option(names = "--force", description = "Measure although the machine is busy.")
  private boolean force;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "6",
      description = "Timing of each contestant (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of images and made-up weights (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private Json json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      List<Result> results = Benchmark.run(settings(), err::println);
      if (json.wanted()) {
        Json.print(out, results.size() == 1 ? results.get(0) : results);
      } else {
        results.forEach(result -> print(out, result));
      }
      return 0;
    } catch (BenchException e) {
      err.println("resnet4j: " + e.getMessage());
      return e.status();
    }
  }

  private Settings settings() {
    return new Settings(
        model,
        precisions,
        batches,
        threads == null ? Machine.here().naturalThreads() : threads,
        mode(mode),
        peers.stream().map(Peer::of).toList(),
        explain,
        force,
        seconds,
        seed);
  }

  private static Settings.Mode mode(String name) {
    return switch (name) {
      case "latency" -> Settings.Mode.LATENCY;
      case "throughput" -> Settings.Mode.THROUGHPUT;
      default ->
          throw new IllegalArgumentException(
              "--mode = %s: must be latency or throughput".formatted(name));
    };
  }

  private static void print(PrintWriter out, Result result) {
    result.lines().forEach(out::println);
    out.println();
    Table table =
        new Table(
            "", "precision", "median ms", "min", "max", "runs", "images/s", "ratio", "version");
    table.row(
        row(
            "resnet4j",
            result.precision(),
            result.millis(),
            result.runs(),
            result.imagesPerSecond(),
            "",
            result.versions().getOrDefault("engine", "")));
    for (Result.Opponent peer : result.peers()) {
      table.row(
          row(
              peer.name(),
              peer.precision(),
              peer.millis(),
              peer.runs(),
              peer.imagesPerSecond(),
              decimal("%.2f x", peer.ratio()),
              peer.version()));
    }
    table.print(out);
    if (result.steps() != null) {
      out.println();
      steps(result.steps()).print(out);
    }
    out.println();
  }

  private static Object[] row(
      String name,
      String precision,
      Millis millis,
      int runs,
      double images,
      String ratio,
      String version) {
    List<Object> cells = new ArrayList<>();
    cells.addAll(List.of(name, precision, millis.median(), millis.min(), millis.max(), runs));
    cells.addAll(List.of(images, ratio, version));
    return cells.toArray();
  }

  private static Table steps(List<Result.Step> steps) {
    Table table = new Table("step", "ms", "share", "GOP/s", "of peak", "operator", "note");
    for (Result.Step step : steps) {
      Double rate = step.gigaOperationsPerSecond();
      Double share = step.shareOfPeak();
      table.row(
          step.name(),
          step.millis(),
          decimal("%4.1f %%", 100 * step.share()),
          rate == null ? "-" : decimal("%6.0f", rate),
          share == null ? "-" : decimal("%4.1f %%", 100 * share),
          step.operator(),
          step.note());
    }
    return table;
  }

  private static String decimal(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
