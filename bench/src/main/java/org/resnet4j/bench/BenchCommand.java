package org.resnet4j.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
    description = "Measure inference or training, with peers beside it on request.",
    footer = {
      "",
      "Examples:",
      "  resnet4j bench --model resnet50 --batch 1,16 --peers onnxruntime,djl",
      "  resnet4j bench --model runs/first/model --precision fp32 --explain",
      "  resnet4j bench --train --model resnet20 --peers pytorch,pytorch-tuned",
      "  resnet4j bench --train --model resnet50 --data photos --explain",
      "",
      "Exit status: 4 if outputs or losses differ, 5 if the machine is busy."
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class BenchCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      required = true,
      description = "Model folder, or a network's name for made-up weights.")
  private String model;

  @Option(names = "--train", description = "Measure training steps instead of inference.")
  private boolean train;

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
      description = {
        "Images that run together; several with commas (default: 1; with",
        "--train 128 for small images and 16 for others)."
      })
  private List<Integer> batches = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of each contestant (default: one a core).")
  private @Nullable Integer threads;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = {
        "latency: one batch at a time on all threads;",
        "throughput: a batch on each thread (default: latency)."
      })
  private @Nullable String mode;

  @Option(
      names = "--peers",
      paramLabel = "PEER",
      split = ",",
      description = {
        "Who runs beside us: onnxruntime, djl;",
        "with --train pytorch and djl as they come," + " pytorch-tuned, djl-tuned."
      })
  private List<String> peers = List.of();

  @Option(
      names = "--python",
      paramLabel = "PROGRAM",
      description = "Python with torch and torchvision (default: python3 of the path).")
  private @Nullable String python;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description = "With --train: also measure the input pipeline on a data set.")
  private @Nullable String data;

  @Option(
      names = "--explain",
      description = "Show each step of the plan, or what a training step consists of.")
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
      if (train) {
        show(
            out,
            TrainingBenchmark.run(trainingSettings(), err::println),
            result -> TrainingTable.print(out, result));
      } else {
        show(out, Benchmark.run(settings(), err::println), result -> print(out, result));
      }
      return 0;
    } catch (BenchException e) {
      err.println("resnet4j: " + e.getMessage());
      return e.status();
    }
  }

  private <T> void show(PrintWriter out, List<T> results, Consumer<T> printer) {
    if (json.wanted()) {
      Json.print(out, results.size() == 1 ? results.get(0) : results);
    } else {
      results.forEach(printer);
    }
  }

  private int threads() {
    return threads == null ? Machine.here().naturalThreads() : threads;
  }

  private TrainingSettings trainingSettings() {
    if (mode != null) {
      throw new IllegalArgumentException("--mode is of inference; leave it out with --train");
    }
    return new TrainingSettings(
        model,
        precisions,
        batches,
        threads(),
        peers.stream().map(TrainingPeer::of).toList(),
        Optional.ofNullable(python),
        Optional.ofNullable(data),
        explain,
        force,
        seconds,
        seed);
  }

  private Settings settings() {
    if (python != null || data != null) {
      throw new IllegalArgumentException(
          "%s is of training; add --train".formatted(python != null ? "--python" : "--data"));
    }
    return new Settings(
        model,
        precisions,
        batches.isEmpty() ? List.of(1) : batches,
        threads(),
        mode(mode == null ? "latency" : mode),
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
